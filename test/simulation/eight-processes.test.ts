import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { startProcess } from '../processes/start-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'eight-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 1;
const PROCESSES = 8;
const DURATION_MS = 10_000;
const HOLDERS = 10;
const UNITS = 1000;

type Done = Record<'moves' | 'lost' | 'reads' | 'leases' | 'held' | 'refused' | 'openings', number>;

/** The moves that were stored, of all processes. */
async function movesIn(store: StateStore, names: readonly string[]) {
  const moves = await Promise.all(names.map((name) => store.query(`MOVES#${name}`)));
  for (const own of moves) expect(own.map(({ sk }) => Number(sk))).toEqual([...own.keys()]);
  return moves.flat().map(({ body }) => ({
    from: String(body['from']),
    to: String(body['to']),
    units: Number(body['units']),
  }));
}

const start = (file: string, name: string, untilMs: number) =>
  startProcess('exchange-units.ts', file, name, `${SEED}`, `${untilMs}`);

/** Lets the eight run to the end; two of them are killed on the way, wherever they are, and others take their place. */
async function run(
  file: string,
): Promise<{ readonly names: readonly string[]; readonly done: readonly Done[] }> {
  const untilMs = Date.now() + DURATION_MS;
  const names = Array.from({ length: PROCESSES }, (_, i) => `${i}`);
  const [first, second, ...others] = names.map((name) => start(file, name, untilMs));
  const random = randomOf(SEED, 'kills');
  for (const victim of [first, second]) {
    await pause(DURATION_MS * (0.2 + 0.2 * random.uniform()));
    victim?.child.kill('SIGKILL');
    expect(await victim?.complaints, `seed ${SEED}`).toBe('');
    const name = `${names.length}`;
    names.push(name);
    others.push(start(file, name, untilMs));
  }
  const complaints = await Promise.all(others.map((one) => one.complaints));
  expect(complaints.join(''), `seed ${SEED}`).toBe('');
  const outputs = await Promise.all(others.map(({ output }) => output));
  return { names, done: outputs.map((output): Done => JSON.parse(output)) };
}

it('eight processes on one file for ten seconds lose nothing, never see it locked, and keep every sum', {
  timeout: 6 * DURATION_MS,
}, async () => {
  const file = join(folder, 'state.sqlite');
  const store = sqliteStateStore({ file, durability: 'relaxed' });
  const holders = Array.from({ length: HOLDERS }, (_, i) => `${i}`);
  const body = { units: UNITS };
  await store.transact(holders.map((sk) => ({ kind: 'put', pk: 'HOLDERS', sk, expect: 'absent', body })));
  const { names, done } = await run(file);
  const total = (what: keyof Done) => done.reduce((sum, one) => sum + one[what], 0);
  const about = `seed ${SEED}, ${JSON.stringify(done)}`;

  const moves = await movesIn(store, names);
  for (const [holder, { version, body }] of (await store.query('HOLDERS')).entries()) {
    const out = moves.filter(({ from }) => from === `${holder}`);
    const into = moves.filter(({ to }) => to === `${holder}`);
    const units = into.reduce(
      (sum, one) => sum + one.units,
      UNITS - out.reduce((sum, one) => sum + one.units, 0),
    );
    expect([version, body['units']], about).toEqual([1 + out.length + into.length, units]);
  }
  expect(moves.length, about).toBeGreaterThanOrEqual(total('moves'));
  // Each lease had its own fence, above the ones before.
  const visits = (await store.query('VISITS')).map(({ sk }) => Number(sk));
  const fence = Number((await store.get({ pk: 'ACCOUNT#room', sk: 'LEASE' }))?.body['fence']);
  expect(visits.length, about).toBeGreaterThanOrEqual(total('leases'));
  expect(visits.length, about).toBeGreaterThanOrEqual(fence - 2);
  expect(await store.query('NEVER'), about).toEqual([]);
  // They did meet, or the case proves nothing.
  for (const what of ['moves', 'lost', 'reads', 'leases', 'held', 'refused', 'openings'] as const)
    expect(total(what), `${what}: ${about}`).toBeGreaterThan(0);
  store.close();
});
