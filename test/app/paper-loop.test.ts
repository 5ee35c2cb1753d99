import { describe, expect, it } from 'vitest';
import type { Kept } from '../../shared/app/results.ts';
import { textOf } from '../../shared/core/decimal.ts';
import { averagePrices } from '../../shared/core/execution/position.ts';
import { at, type LiveMarket, liveAccount } from '../helpers/live-market.ts';

/** What was decided about BTC/USD: `4 ENTER`, `8 WAIT MISSED`, by the hour of the tick. */
const told = ({ decisions }: Kept) =>
  decisions
    .filter(({ symbol }) => symbol === 'BTC/USD')
    .map(({ atMs, action, code }) => [(atMs - at(0)) / 3_600_000, action, code].filter((one) => one !== null))
    .map((parts) => parts.join(' '));

const calm = { prices: {} };
const entering = { 4: 'trend:long' };

/** Starts at hour 0, enters at hour 4 at a price of 100 with a stop at 97, and ends at 4:30. */
async function entered(market: LiveMarket) {
  const account = liveAccount({ ...market, says: { ...entering, ...market.says } });
  await account.run(at(0, 0, 3));
  await account.run(at(4, 0, 3));
  await account.run(at(4, 1, 3));
  await account.run(at(4, 10, 3));
  await account.run(at(4, 20, 3));
  await account.run(at(4, 30, 3));
  const { open } = await account.results();
  expect(open.map(({ plan, stop }) => [plan.symbol, stop])).toEqual([['BTC/USD', 97]]);
  account.restart();
  return account;
}

describe('paper trading on one-minute candles', () => {
  it('enters nothing at a first start late in a bar, and at the next close on time it may', async () => {
    const account = liveAccount({ ...calm, says: { 0: 'trend:long', ...entering } });
    await account.run(at(1));
    expect(told(await account.results())).toEqual(['0 WAIT MISSED']);
    await account.run(at(4, 0, 3));
    expect(told(await account.results())).toEqual(['0 WAIT MISSED', '4 ENTER']);
  });

  it('fills an entry at the open of the minute of its tick, once that minute has closed', async () => {
    const account = liveAccount({ prices: { 'BTC/USD': [[4, 100.5]] }, says: entering });
    await account.run(at(0, 0, 3));
    await account.run(at(4, 0, 3));
    expect((await account.results()).fills).toEqual([]);
    await account.run(at(4, 1, 3));
    const { fills, open } = await account.results();
    // Open 100.5, half-spread 1 bp and slippage 2 bp: 100.53015, a buy rounds up to the cent.
    expect(fills.map(({ price, atMs }) => [textOf(price), atMs])).toEqual([['100.54', at(4)]]);
    // The stop is 3 % below the close of 100 that was decided on.
    expect(open.map(({ stop }) => stop)).toEqual([97]);
  });

  it('enters at a tick that is up to fifteen minutes old, and not later', async () => {
    for (const [minute, action] of [
      [15, '4 ENTER'],
      [16, '4 WAIT MISSED'],
    ] as const) {
      const account = liveAccount({ ...calm, says: entering });
      await account.run(at(0, 0, 3));
      await account.run(at(4, minute));
      expect(told(await account.results())).toEqual(['0 WAIT', action]);
    }
  });

  it('fills an entry that is sent late at the next open, not at a price that had passed', async () => {
    const account = liveAccount({ prices: { 'BTC/USD': [[4 + 2 / 60, 130]] }, says: entering });
    await account.run(at(0, 0, 3));
    await account.run(at(4, 14, 3));
    expect((await account.results()).fills).toEqual([]);
    await account.run(at(4, 15, 3));
    await account.run(at(4, 16, 3));
    const { fills } = await account.results();
    // 130 and 3 bp are 130.039; a buy rounds up to the cent.
    expect(fills.map(({ price, atMs }) => [textOf(price), atMs])).toEqual([['130.04', at(4, 15)]]);
  });

  it('fills an exit that is sent late at the next open, not at a price that had passed', async () => {
    const account = await entered({ prices: { 'BTC/USD': [[8 + 1 / 60, 98]] }, says: { 8: 'trend:exit' } });
    await account.run(at(7, 59, 3));
    account.withheld.add('BTC/USD 4h 8');
    for (let minute = 0; minute < 9; minute++) {
      await expect(account.run(at(8, minute, 3))).rejects.toMatchObject({ code: 'not-ready' });
    }
    account.withheld.clear();
    await account.run(at(8, 9, 30));
    await account.run(at(8, 10, 3));
    expect((await account.results()).closed).toEqual([]);
    await account.run(at(8, 11, 3));
    const [closed] = (await account.results()).closed;
    expect(closed).toMatchObject({ exit: { reason: 'SIGNAL' }, exitMs: at(8, 10) });
    // 98 less 3 bp is 97.9706; a sale rounds down to the cent.
    expect(closed && textOf(averagePrices(closed).exit ?? 0n)).toBe('97.97');
  });

  it('lets a stop sell while a tick waits for its candle, though the tick would sell', async () => {
    const prices = [
      [8 + 3 / 60, 95],
      [8 + 5 / 60, 100],
    ] as const;
    const account = await entered({ prices: { 'BTC/USD': prices }, says: { 8: 'trend:exit' } });
    await account.run(at(7, 59, 3));
    await account.run(at(8, 9, 30));
    const { closed } = await account.results();
    expect(closed).toMatchObject([{ exit: { reason: 'STOP' }, exitMs: at(8, 3) }]);
  });

  it('decides nothing while the candle has not appeared, and in the minute in which it has, it decides', async () => {
    const account = liveAccount({ ...calm, says: entering });
    await account.run(at(0, 0, 3));
    account.withheld.add('ETH/USD 4h 4');
    await expect(account.run(at(4, 0, 3))).rejects.toMatchObject({ code: 'not-ready' });
    expect(told(await account.results())).toEqual(['0 WAIT']);
    account.withheld.clear();
    await account.run(at(4, 1, 3));
    expect(told(await account.results())).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('takes a candle that has not appeared after ten minutes for one that never will', async () => {
    const account = liveAccount({ ...calm, says: entering });
    await account.run(at(0, 0, 3));
    account.withheld.add('BTC/USD 4h 4');
    await expect(account.run(at(4, 9, 59))).rejects.toMatchObject({ code: 'not-ready' });
    await account.run(at(4, 10));
    expect(told(await account.results())).toEqual(['0 WAIT', '4 WAIT INSUFFICIENT_DATA']);
  });
});

describe('the one-minute candles of a flat account', () => {
  const minutesOf = async (account: ReturnType<typeof liveAccount>) =>
    (await account.stored())
      .filter(({ timeframe }) => timeframe === '1m')
      .map(({ symbol, rows, lastMs, holes }) => [symbol, rows, lastMs, holes.length]);

  it('are stored up to every tick, without a hole, by one call a symbol', async () => {
    const account = liveAccount(calm);
    await account.run(at(4, 0, 3));
    account.calls.length = 0;
    for (let minute = 1; minute <= 240; minute += 10) await account.run(at(4, minute, 3));
    expect(account.calls).toEqual([]);
    await account.run(at(8, 0, 3));
    expect(account.calls.filter(({ timeframe }) => timeframe === '1m')).toHaveLength(2);
    // Twelve hours before the first tick, and the four to the second.
    expect(await minutesOf(account)).toEqual([
      ['BTC/USD', 16 * 60, at(7, 59), 0],
      ['ETH/USD', 16 * 60, at(7, 59), 0],
    ]);
  });

  it('are waited for, because breakers are judged by them', async () => {
    const account = liveAccount({ ...calm, says: entering });
    await account.run(at(0, 0, 3));
    account.broken.add('1m');
    await expect(account.run(at(4, 0, 3))).rejects.toMatchObject({ code: 'source-unavailable' });
    account.broken.clear();
    await account.run(at(4, 1, 3));
    expect(told(await account.results())).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('that cannot be had in time let a tick enter nothing, and are stored after the next tick', async () => {
    const account = liveAccount({ ...calm, says: entering });
    await account.run(at(0, 0, 3));
    account.broken.add('1m');
    await account.run(at(4, 15, 3));
    expect(told(await account.results())).toEqual(['0 WAIT', '4 WAIT MISSED']);
    account.broken.clear();
    await account.run(at(8, 0, 3));
    expect(await minutesOf(account)).toContainEqual(['BTC/USD', 20 * 60, at(7, 59), 0]);
  });
});

describe('after an absence', () => {
  it('a stop that was hit in the night is a loss at its time, with no trail moved meanwhile', async () => {
    // A trail moved at 8:00 would stand at 0.96 × 110 × 1.005 and sell at 9:00.
    const prices = [
      [5, 110],
      [9, 100],
      [10, 95],
    ] as const;
    const account = await entered({ prices: { 'BTC/USD': prices } });
    await account.run(at(10, 30, 3));
    const kept = await account.results();
    const [closed] = kept.closed;
    expect(closed).toMatchObject({ exit: { reason: 'STOP' }, exitMs: at(10) });
    // The minute of 10:00 opens at 95 below the stop: 95 less 10 bp is 94.905, a sale rounds down to the cent.
    expect(closed && textOf(averagePrices(closed).exit ?? 0n)).toBe('94.9');
    expect(told(kept)).toEqual(['0 WAIT', '4 ENTER', '8 WAIT MISSED']);
  });

  it('a stop inside a minute fills below its trigger, at the end of the minute', async () => {
    const account = await entered({ prices: { 'BTC/USD': [[10.5, 97.2]] } });
    await account.run(at(11, 0, 3));
    const [closed] = (await account.results()).closed;
    // Low 0.995 × 97.2 = 96.714: 5 % of the fall below 97 are 0.0143, 10 bp are 0.097; 96.903 goes down to 96.90.
    expect(closed && textOf(averagePrices(closed).exit ?? 0n)).toBe('96.9');
    expect(closed?.exitMs).toBe(at(10, 31));
  });

  it('the exit of a missed tick is carried out now, and no entry is', async () => {
    const account = await entered({ ...calm, says: { 8: 'trend:exit', 12: 'trend:long' } });
    await account.run(at(12, 30, 3));
    expect(told(await account.results())).toEqual(['0 WAIT', '4 ENTER', '8 EXIT MISSED', '12 HOLD MISSED']);
    // Sent three seconds after the minute of 12:30 had opened.
    await account.run(at(12, 31, 3));
    expect((await account.results()).closed).toEqual([]);
    await account.run(at(12, 32, 3));
    const { closed } = await account.results();
    expect(closed).toMatchObject([{ exit: { reason: 'SIGNAL' }, exitMs: at(12, 31) }]);
  });

  it.each([
    ['11 hours', at(15, 40, 3), ['1m']],
    ['20 hours', at(24, 30, 3), ['15m']],
    ['8 days', at(8 * 24, 7, 3), ['1h']],
    ['31 days', at(31 * 24, 7, 3), ['4h']],
  ])('of %s the candles are met that the source still has', async (_, nowMs, expected) => {
    const account = await entered({ prices: { 'BTC/USD': [[5, 104]] } });
    account.calls.length = 0;
    await account.run(nowMs);
    const asked = new Set(account.calls.map(({ timeframe }) => timeframe));
    for (const timeframe of ['15m', '1h'] as const)
      expect([timeframe, asked.has(timeframe)]).toEqual([timeframe, expected.includes(timeframe)]);
    const kept = await account.results();
    expect(told(kept)).toHaveLength(2 + Math.floor((nowMs - at(4)) / (at(4) - at(0))));
    // Marked at 104 at every missed tick, though the minutes before it may not be to be had any more:
    // half of 50 USD is at risk over 3 USD, so 8.33 BTC have won 33 USD less the fees.
    const equities = kept.decisions.filter(({ atMs }) => atMs >= at(8)).map(({ inputs }) => inputs.equity);
    for (const equity of equities) expect(Number(equity)).toBeGreaterThan(10_020);
    expect(kept.open).toHaveLength(1);
  });

  it('no candle is met twice: a stop that is raised now does not sell in the past', async () => {
    // Raised after the absence to 0.96 × 120 × 1.005 = 115.78; ten minutes before its end the price was 114.
    const prices = [
      [5, 120],
      [24 + 20 / 60, 114],
      [24 + 21 / 60, 120],
    ] as const;
    const account = await entered({ prices: { 'BTC/USD': prices } });
    await account.run(at(24, 30, 3));
    await account.run(at(24, 31, 3));
    const { open, closed } = await account.results();
    expect(closed).toEqual([]);
    expect(open.map(({ stop }) => stop)).toEqual([115.78]);
  });

  it('interrupted after the stops were met, it still records what was missed', async () => {
    const account = await entered({ prices: { 'BTC/USD': [[6, 90]] } });
    account.broken.add('4h');
    await expect(account.run(at(13, 0, 3))).rejects.toMatchObject({ code: 'source-unavailable' });
    account.broken.clear();
    account.restart();
    await account.run(at(13, 1, 3));
    const kept = await account.results();
    expect(told(kept)).toEqual(['0 WAIT', '4 ENTER', '8 WAIT MISSED', '12 WAIT MISSED']);
    expect(kept.closed).toMatchObject([{ exit: { reason: 'STOP' }, exitMs: at(6) }]);
  });

  it('interrupted between the open of a minute and its range, the range is met', async () => {
    const prices = [
      [4 + 30.5 / 60, 95],
      [4 + 31 / 60, 100],
    ] as const;
    const account = await entered({ prices: { 'BTC/USD': prices } });
    await account.openOnly(at(4, 30));
    await account.run(at(10, 0, 3));
    const { closed } = await account.results();
    expect(closed).toMatchObject([{ exit: { reason: 'STOP' }, exitMs: at(4, 31) }]);
  });

  it('run again in the same minute, and after it, nothing changes', async () => {
    const account = await entered({ prices: { 'BTC/USD': [[9, 95]] } });
    await account.run(at(13, 0, 3));
    const before = await account.results();
    account.restart();
    await account.run(at(13, 0, 3));
    await account.run(at(13, 1, 3));
    expect(await account.results()).toEqual(before);
  });
});
