import { describe, expect, it } from 'vitest';
import { candleAt, candlesOf } from '../../shared/core/market/candles.ts';
import { calm, compared, costless, quiet, staged } from '../helpers/stage.ts';
import type { World } from '../helpers/world.ts';

// 10,000 USD, no costs, all at 100 with an ATR of 2. An entry risks 0.5 %, halved in a random walk, over its stop 4 %
// below: 625 USD, 6.25. `heavy` risks 2 % over a stop 2 % below: 5000 USD, 50, so that a dollar is 0.5 % of the equity.
const vote = `${calm} turtle:long`;
const leave = `${calm} turtle:exit`;
const heavy = { stop: 0.98 };
const atRisk = { riskPerTrade: 0.02 };

describe('after a loss nothing is entered', () => {
  // Entry at 4h, stop at 96; the open of 8h gaps to 95. The vote of 12h comes 240 minutes after it.
  const gap = [vote, calm, '95 101 94 100 turtle:long', vote, calm];

  it.each([
    [240, 'ENTER', 'HOLD'],
    [241, 'COOLDOWN', 'ENTER'],
  ])('for %i minutes: at 240 the decision is %s', async (cooldownMinutes, then, later) => {
    const play = await compared(staged({ BTC: gap }, { config: costless({ risk: { cooldownMinutes } }) }));
    expect(play.fills.slice(0, 2)).toEqual(['4h BTC OPEN ENTRY 6.25 at 100', '8h BTC OPEN STOP 6.25 at 95']);
    expect([play.outcome(12), play.outcome(16)]).toEqual([then, later]);
    if (then === 'ENTER') return;
    const sentence =
      'The last loss is less than 241 minutes old: nothing is entered until 2024-01-31 12:01 UTC.';
    expect(play.refusals(12)).toEqual([sentence]);
    expect(play.report.rejects).toEqual({ COOLDOWN: 1 });
  });

  it('counted from the end of the candle in which a stop was hit: 4h', async () => {
    const hit = [vote, '100 101 95 100 turtle:long', vote];
    const play = await compared(
      staged({ BTC: hit }, { config: costless({ risk: { cooldownMinutes: 240 } }) }),
    );
    expect(play.fills[1]).toBe('8h BTC RANGE STOP 6.25 at 96');
    expect([play.outcome(8), play.outcome(12)]).toEqual(['COOLDOWN', 'ENTER']);
  });

  it.each([
    ['gapped at 8h', '95 101 94 100', '8h BTC OPEN STOP 6.25 at 95', 'ENTER'],
    ['hit between 8h and 9h', '100 101 95 100', '9h BTC RANGE STOP 6.25 at 96', 'COOLDOWN'],
  ])('counted from the end of the candle in which a stop was hit: 1h, %s', async (_, line, fill, then) => {
    const rows = quiet(16, { 3: vote, 8: line, 11: vote, 15: vote });
    const config = costless({ risk: { cooldownMinutes: 240 } });
    const play = await compared(staged({ BTC: rows }, { exec: '1h', config }));
    expect(play.fills[1]).toBe(fill);
    expect(play.outcome(12)).toBe(then);
  });

  it('even when a win comes after it', async () => {
    // BTC loses at 8h. ETH reaches its target at the close of 9h and is sold at the open: 103 after 100.
    const config = costless({ risk: { cooldownMinutes: 300 } });
    const btc = quiet(16, { 3: vote, 8: '95 101 94 100', 11: vote, 15: vote });
    const eth = quiet(16, { 3: vote, 8: '100 103 100 103', 9: '103 103 99 100' });
    const play = await compared(staged({ BTC: btc, ETH: eth }, { exec: '1h', target: 1.03, config }));
    expect(play.fills.slice(2)).toEqual(['8h BTC OPEN STOP 6.25 at 95', '9h ETH OPEN TARGET 6.25 at 103']);
    expect([play.outcome(12), play.outcome(16)]).toEqual(['COOLDOWN', 'ENTER']);
  });
});

describe('no more positions than allowed are open', () => {
  it.each([
    [1, 'MAX_OPEN'],
    [2, 'ENTER'],
  ])('of %i, entries of the same tick count: the second is %s', async (maxOpen, then) => {
    const config = costless({ risk: { maxOpen } });
    const play = await compared(staged({ BTC: [vote, calm], ETH: [vote, calm] }, { config }));
    expect([play.outcome(4), play.outcome(4, 'ETH')]).toEqual(['ENTER', then]);
    if (then === 'MAX_OPEN') expect(play.refusals(4, 'ETH')).toEqual(['1 of at most 1 positions are open.']);
  });

  it('and one that is being sold still counts, until it is', async () => {
    // BTC is sold at the open of 8h: the tick of 8h sees it, that of 12h does not.
    const config = costless({ risk: { maxOpen: 1 } });
    const eth = [calm, vote, vote, calm];
    const play = await compared(staged({ BTC: [vote, leave, calm], ETH: eth }, { config }));
    expect(play.decision(8).exitReason).toBe('SIGNAL');
    expect([play.outcome(8, 'ETH'), play.outcome(12, 'ETH')]).toEqual(['MAX_OPEN', 'ENTER']);
  });

  it('and an entry that expired does not count', async () => {
    const config = costless({ risk: { maxOpen: 1 } });
    const btc = [vote, '100 100 100 100 v=0', calm];
    const play = await compared(staged({ BTC: btc, ETH: [calm, vote, calm] }, { config }));
    expect(play.outcome(8, 'ETH')).toBe('ENTER');
  });
});

describe('the account is below its limits', () => {
  // 50 BTC from 4h on. At the close of 98.5 they have lost 75 USD, 0.75 % of 10,000.
  const falling = (close: number) => [vote, `100 101 98.4 ${close}`];
  const daily = (dailyLossMax: number) => ({
    ...heavy,
    config: costless({ risk: { ...atRisk, dailyLossMax } }),
  });

  it.each([
    [98.5, 'DAILY_LOSS'],
    [98.51, 'ENTER'],
  ])('by the loss of the day, open positions included: at %f it is %s', async (close, then) => {
    const play = await compared(staged({ BTC: falling(close), ETH: [calm, vote, calm] }, daily(0.0075)));
    expect(play.decision(8).action).toBe('HOLD');
    expect(play.outcome(8, 'ETH')).toBe(then);
    if (then === 'ENTER') return;
    const sentence = 'The account has lost 0.75 % since 00:00 UTC; at 0.75 % nothing is entered.';
    expect(play.refusals(8, 'ETH')).toEqual([sentence]);
  });

  it('by the loss of the day, and the next day begins at the mark of 00:00', async () => {
    const low = '98.5 99 98.2 98.5';
    const btc = [vote, '100 101 98.4 98.5', low, low, low, low, low];
    const eth = [...quiet(4), vote, vote, calm];
    const play = await compared(staged({ BTC: btc, ETH: eth }, daily(0.0075)));
    expect([play.outcome(20, 'ETH'), play.outcome(24, 'ETH')]).toEqual(['DAILY_LOSS', 'ENTER']);
    expect(play.decision(24, 'ETH').inputs.standing.dayStart).toBe('9925');
  });

  it.each([
    // The stop at 98 is hit before 00:00: 100 USD of the old day.
    [
      'inside the candle that ends at 00:00',
      [...quiet(4), '100 101 97 100'],
      '24h BTC RANGE STOP 50 at 98',
      'ENTER',
    ],
    // The open gaps to 97: 150 USD of the new one.
    ['at the open of 00:00', [...quiet(5), '97 101 96 100'], '24h BTC OPEN STOP 50 at 97', 'DAILY_LOSS'],
  ])('by a loss %s', async (_, rows, fill, then) => {
    const eth = [...quiet(6), vote, calm];
    const play = await compared(staged({ BTC: [vote, ...rows], ETH: eth }, daily(0.0075)));
    expect(play.fills[1]).toBe(fill);
    expect(play.outcome(28, 'ETH')).toBe(then);
  });

  it('by no loss of the day where the mark of 00:00 is the first to show it: that day ends with it', async () => {
    // 12.5 BTC lose 5: 62.5 USD, 0.625 %. The portfolio breaker measures from there, too.
    const { config } = daily(0.006);
    const btc = [vote, ...quiet(4), '95 95 95 95', calm];
    const options = { stop: 0.9, config: { ...config, breakers: { portfolioLoss: 0.006 } } };
    const play = await compared(staged({ BTC: btc, ETH: [...quiet(5), vote, calm] }, options));
    expect(play.decision(24, 'ETH').inputs.standing.dayStart).toBe('9937.5');
    expect(play.outcome(24, 'ETH')).toBe('ENTER');
  });

  const hours = (special: Readonly<Record<number, string>>, drawdownMax: number) => ({
    btc: quiet(32, { 3: vote, ...special }),
    options: { ...heavy, exec: '1h' as const, config: costless({ risk: { ...atRisk, drawdownMax } }) },
  });

  it('by the drawdown: a mark between two ticks does not latch it', async () => {
    const { btc, options } = hours({ 4: '100 101 98.4 98.5', 5: '98.5 101 98.5 100' }, 0.0075);
    const play = await compared(staged({ BTC: btc, ETH: quiet(32, { 7: vote }) }, options));
    expect(play.kept.marks[0]?.equity).toBe(9925n * 10n ** 18n);
    expect(play.outcome(8, 'ETH')).toBe('ENTER');
    expect(play.report.halted).toEqual([]);
  });

  it('by the drawdown: a tick latches it, and it holds though the equity recovers', async () => {
    const { btc, options } = hours({ 7: '100 101 98.4 98.5', 8: '98.5 101 98.5 100' }, 0.0075);
    const eth = quiet(32, { 7: vote, 11: vote, 27: vote });
    const play = await compared(staged({ BTC: btc, ETH: eth }, options));
    expect([8, 12, 28].map((at) => play.outcome(at, 'ETH'))).toEqual(['DRAWDOWN', 'DRAWDOWN', 'DRAWDOWN']);
    expect(play.refusals(28, 'ETH')).toEqual([
      'The account fell 0.75 % or more below its highest equity (0 % now): nothing is entered until a person resets the drawdown.',
    ]);
    expect(play.report.halted).toEqual([{ scope: 'drawdown', atMs: play.decision(8).atMs }]);
  });

  it.each([
    // The peak is 10,075, at the mark of 5h; from there to 10,000 is 0.744 %.
    [0.0075, 'ENTER'],
    [0.0074, 'DRAWDOWN'],
  ])('by the drawdown from the peak of a mark between two ticks: at %f it is %s', async (limit, then) => {
    const { btc, options } = hours({ 4: '100 102 100 101.5', 5: '101.5 102 99 100' }, limit);
    const play = await compared(staged({ BTC: btc, ETH: quiet(32, { 7: vote }) }, options));
    expect(play.decision(8, 'ETH').inputs.standing.peak).toBe('10075');
    expect(play.outcome(8, 'ETH')).toBe(then);
  });
});

describe('the market offers too little', () => {
  it.each([
    [0.02, 'ENTER'],
    [0.0201, 'ATR_TOO_LOW'],
  ])('movement: an ATR of 2 at 100 under a least of %f is %s', async (minAtrFraction, then) => {
    const config = costless({ risk: { minAtrFraction } });
    const play = await compared(staged({ BTC: [vote, calm] }, { config }));
    expect(play.outcome(4)).toBe(then);
    if (then === 'ENTER') return;
    const sentence = 'BTC/USD moves too little: ATR(14, 4h) is 2 % of the price, below 2.01 %.';
    expect(play.refusals(4)).toEqual([sentence]);
  });

  // A fee of 2⁻⁷ each way: the way must be 2⁻⁵ = 3.125 % of the price.
  const fees = { maker: 0, taker: 0.0078125 };

  it.each([
    [1.03125, 'ENTER', ''],
    [1.0312, 'MIN_EDGE', '3.12 %'],
    [0.99, 'MIN_EDGE', '-1 %'],
  ])('way to a target of %f times the close: %s', async (target, then, way) => {
    const play = await compared(staged({ BTC: [vote, calm] }, { target, config: costless({ fees }) }));
    expect(play.outcome(4)).toBe(then);
    if (then === 'ENTER') return;
    expect(play.refusals(4)).toEqual([
      `There is ${way} of the price to be won, less than twice the cost of a round trip (3.13 %).`,
    ]);
  });

  it.each([
    // Without a target twice the risk counts: a stop of one ATR, of 1.5625 and of 1.56.
    [2 ** -7, 'ENTER'],
    [0.0078, 'MIN_EDGE'],
  ])('way of twice the risk, where a candle reaches %f: %s', async (reach, then) => {
    const line = `100 ${100 + 100 * reach} ${100 - 100 * reach} 100`;
    const options = { stop: 0.999, past: { 'BTC/USD': { reach } }, config: costless({ fees }) };
    const play = await compared(staged({ BTC: [`${line} turtle:long`, line] }, options));
    expect(play.outcome(4)).toBe(then);
  });

  it('that can be judged: nobody quotes a spread in a backtest, and none shows a flash but 1m candles', async () => {
    const play = await compared(staged({ BTC: [vote, calm] }));
    const { gates } = play.decision(4);
    expect(gates.filter(({ outcome }) => outcome === 'unknown')).toEqual([
      { code: 'BREAKER_FLASH', outcome: 'unknown', value: null, limit: null },
      { code: 'SPREAD', outcome: 'unknown', value: null, limit: 10 },
    ]);
    expect(play.report.notEvaluable).toEqual({ BREAKER_FLASH: 1, SPREAD: 1 });
  });
});

describe('the candles do not suffice', () => {
  const untraded = '100 100 100 100 v=0';
  const insufficient = 'INSUFFICIENT_DATA';

  it.each([
    // 5 % of 720 is 36.
    [36, 'ENTER'],
    [37, insufficient],
  ])('%i of 720 without a trade: %s', async (count, then) => {
    const play = await compared(staged({ BTC: [...quiet(count, {}, `${calm} v=0`), vote, calm] }));
    expect(play.outcome(4 * count + 4)).toBe(then);
    if (then === insufficient)
      expect(play.decision(152).inputs.candles[0]?.fault).toBe('37 of 720 candles had no trade');
  });

  it('the newest had no trade; with the next one they do', async () => {
    const play = await compared(staged({ BTC: [untraded, vote, calm] }));
    expect([play.outcome(4), play.outcome(8)]).toEqual([insufficient, 'ENTER']);
  });

  it('there are 719 of 720; with the next one they do', async () => {
    const play = await compared(staged({ BTC: [vote, vote, calm] }, { historyRows: 718 }));
    expect([play.outcome(4), play.outcome(8)]).toEqual([insufficient, 'ENTER']);
  });

  it.each([
    ['the newest is missing', 721, 'the newest candle is missing'],
    ['one lies in a hole', 700, 'a hole in the candles'],
  ])('%s', async (_, row, fault) => {
    const world = without(staged({ BTC: [vote, vote, vote, calm] }, { historyRows: 721 }), row);
    const play = await compared(world);
    expect(play.outcome(4)).toBe(insufficient);
    expect(play.decision(4).inputs.candles[0]?.fault).toBe(fault);
  });

  /** The same world without a 4h candle of BTC. */
  function without(world: World, row: number): World {
    const { execTimeframe, symbols } = world.data;
    const told = [...symbols].map(([symbol, { exec, series }]) => {
      const rows = [...series].map(([timeframe, candles]) => {
        const all = Array.from(candles.openMs, (_, i) => candleAt(candles, i));
        return [timeframe, candlesOf(all.filter((__, i) => i !== row))] as const;
      });
      return [symbol, { exec, series: new Map(rows) }] as const;
    });
    return { ...world, data: { execTimeframe, symbols: new Map(told) } };
  }
});
