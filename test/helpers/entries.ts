import type { Action, StateStore } from '../../shared/ports/state-store.ts';

const head = { pk: 'HEAD', sk: 'HEAD' };
const sides = ['LEFT', 'RIGHT'];

/** How many entries were written: each of them is one transaction. */
export async function entryCount(store: StateStore): Promise<number> {
  return (await store.get(head))?.version ?? 0;
}

/**
 * Writes the n-th entry, counted from 1, as one transaction on three items that lie far apart.
 * @returns false when it was written already
 */
export async function writeEntry(store: StateStore, n: number): Promise<boolean> {
  const sk = String(n).padStart(9, '0');
  const entry = sides.map((pk): Action => ({ kind: 'put', pk, sk, expect: 'absent', body: bodyOf(n) }));
  const expect = n === 1 ? 'absent' : n - 1;
  return (await store.transact([...entry, { kind: 'put', ...head, expect, body: { n } }])).ok;
}

function bodyOf(n: number) {
  return { n, text: 'x'.repeat((n * 701) % 3000) };
}

/**
 * Counts the entries.
 * @throws Error unless they are the first ones without a gap, each of them whole
 */
export async function wholeEntries(store: StateStore): Promise<number> {
  const count = await entryCount(store);
  const whole = JSON.stringify(Array.from({ length: count }, (_, i) => bodyOf(i + 1)));
  for (const side of sides) {
    const found = (await store.query(side)).map(({ body }) => body);
    if (JSON.stringify(found) === whole) continue;
    throw new Error(`the head counts ${count} entries, ${side} has ${found.map(({ n }) => n).join(' ')}`);
  }
  return count;
}
