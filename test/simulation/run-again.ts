import { AppError } from '../../shared/core/errors.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import type { MemoryStore } from './memory-store.ts';
import { ACCOUNT } from './setup.ts';
import { demand } from './violation.ts';

interface Seen {
  readonly store: MemoryStore;
  readonly book: KrakenBook;
}

/**
 * Runs a watch three times in one moment: what the first had to do is done, the second finishes what the first began,
 * the third finds nothing.
 * @param run gives an operating error back: such a run proves nothing
 */
export async function runAgain(run: () => Promise<unknown>, seen: Seen): Promise<void> {
  for (let times = 0; times < 2; times++) if ((await run()) instanceof AppError) return;
  if (isUnderWay(seen)) return;
  const before = everythingOf(seen);
  if ((await run()) instanceof AppError) return;
  const after = everythingOf(seen);
  for (const [name, text] of after)
    demand(
      before.get(name) === text,
      'a re-run changes nothing',
      () => `${name}: ${before.get(name)} became ${text}`,
    );
  demand(after.size === before.size, 'a re-run changes nothing', () => 'something is gone');
}

/** What could not be sent is sent again, and what a thin market left is sold on, whenever a run comes by. */
function isUnderWay({ store }: Seen): boolean {
  return store.now
    .query(`ACCOUNT#${ACCOUNT}`)
    .some(({ sk, body }) =>
      sk.startsWith('ORDER#')
        ? /^(PENDING|SENDING)$/.test(String(body['state']))
        : (body['exit'] ?? null) !== null,
    );
}

/** All that is stored and all that the exchange has, spelled; the lease apart, which every run takes. */
function everythingOf({ store, book }: Seen): ReadonlyMap<string, string> {
  const items = store.everything().filter(({ sk }) => sk !== 'LEASE');
  const orders = [...book.orders.values()];
  return new Map([
    ...items.map(
      ({ pk, sk, version, body }) => [`${pk} ${sk}`, `${version} ${JSON.stringify(body)}`] as const,
    ),
    ...orders.map(
      ({ txid, status, volume, filled, price }) => [txid, `${status} ${volume} ${filled} ${price}`] as const,
    ),
  ]);
}
