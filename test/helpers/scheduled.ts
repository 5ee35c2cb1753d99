import { expect } from 'vitest';
import { withLease } from '../../shared/app/lease.ts';
import { scheduledWatch } from '../../shared/app/scheduled.ts';
import { AppError } from '../../shared/core/errors.ts';
import { at, type LiveMarket, liveAccount } from './live-market.ts';

/** A market that is calm but for what a strategy says of BTC/USD. */
export const market: LiveMarket = {
  prices: {},
  says: { 4: 'trend:long', 8: 'trend:exit', 12: 'trend:long' },
};
/** An account whose first watch, at hour 0, is done. */
export const begun = async (over: Partial<LiveMarket> = {}) => {
  const live = liveAccount({ ...market, ...over });
  expect(await scheduledWatch(live.scheduled(at(0, 0, 20)))).toMatchObject({ outcome: 'done' });
  return live;
};
type Live = Awaited<ReturnType<typeof begun>>;

/** How a run that should fail ends. */
export const code = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
/** What was decided about BTC/USD: `4 ENTER`, `8 WAIT MISSED`, by the hour of the tick. */
export const decided = async (live: Live) =>
  (await live.results()).decisions
    .filter(({ symbol }) => symbol === 'BTC/USD')
    .map(({ atMs, action, code: refusal }) =>
      `${(atMs - at(0)) / 3_600_000} ${action} ${refusal ?? ''}`.trim(),
    );

/** Somebody else is at work on the account while `work` runs. */
export async function whileHeld<Result>(live: Live, work: () => Promise<Result>): Promise<Result> {
  const { paper } = await live.scheduled(at(0)).openLoop();
  const other = { ...paper.trader, owner: 'somebody else' };
  const result = await withLease(other, work);
  if (result === 'held') throw new Error('nobody else holds it');
  return result;
}
