import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import type { CandleWindow } from '../../../shared/core/decision/record.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { latch, requestExit } from '../../../shared/core/execution/position.ts';
import { DAY_MS } from '../../../shared/core/market/timeframes.ts';
import {
  decideInput,
  positionOf,
  readingOf,
  recordContext,
  decideRules as rules,
  signalOf,
  TICK_MS,
  windowOf,
} from '../../helpers/decisions.ts';

function reasonsOf(change: Partial<DecideInput>, windows: readonly CandleWindow[] = [windowOf()]) {
  const fault = windows.find(({ timeframe }) => timeframe === '4h')?.fault ?? null;
  const input = decideInput({ fault, ...change });
  return recordOf(input, decide(input, rules), { rules, context: { ...recordContext, windows } }).reasons;
}

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96.04 });
const turtle = signalOf('turtle@4h', { stop: 97 });
const silent = (instance: string) => signalOf(instance, { vote: 0 });
const leaves = (instance: string) => signalOf(instance, { vote: 0, isExit: true });
const hole = windowOf({ fault: 'a hole in the candles' });

describe('the reasons of an entry', () => {
  it('tell votes, score, size and order', () => {
    expect(reasonsOf({ signals: [trend, silent('turtle@4h')] })).toEqual([
      'trend_ema@4h votes long with weight 0.60.',
      'turtle@4h says nothing.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score is 0.60: enough for an entry.',
      'Size: risk allows 631.31 USD (halved: the market is taken for a random walk), volatility 10000, one symbol 5000, ' +
        'what is not invested 10000, free cash 9957.18; the risk binds.',
      'Buy 6.31313131 at the next open, with a stop near 96.1 and no target.',
    ]);
  });

  it('name the target, and no random walk where there is none', () => {
    const signals = [{ ...trend, target: 110 }];
    const [, , , size, order] = reasonsOf({ signals, regime: readingOf('WEAK_TREND') });
    expect(size).toBe(
      'Size: risk allows 1262.63 USD, volatility 10000, one symbol 5000, what is not invested 10000, ' +
        'free cash 9957.18; the risk binds.',
    );
    expect(order).toBe('Buy 12.62626262 at the next open, with a stop near 96.1 and a target of 110.');
  });
});

describe('the reasons of no entry', () => {
  it('say that nobody votes', () => {
    expect(reasonsOf({ signals: [silent('trend_ema@4h'), silent('turtle@4h')] })).toEqual([
      'trend_ema@4h and turtle@4h say nothing.',
      'Nothing is held and no strategy votes long.',
    ]);
  });

  it('say what the score lacks', () => {
    const signals = [signalOf('supertrend@4h', { vote: -1, weight: 0.3 }), { ...turtle, weight: 0.4 }];
    expect(reasonsOf({ signals })).toEqual([
      'supertrend@4h votes short with weight 0.30.',
      'turtle@4h votes long with weight 0.40.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score is 0.40: 0.40 is below the 0.45 that an entry needs; ' +
        'the other side weighs more than half as much.',
      'Nothing is bought: the long score of 0.40 does not meet the rule of an entry.',
    ]);
  });

  it('say that too few agree', () => {
    const strict = { ...rules, ensemble: { threshold: 0.5, minSupporters: 2, minFamilies: 2 } };
    const input = decideInput({ signals: [trend] });
    const record = recordOf(input, decide(input, strict), { rules: strict, context: recordContext });
    expect(record.reasons.slice(-2)).toEqual([
      'The long score is 0.60: too few strategies agree; they are of too few families.',
      'Nothing is bought: the long score of 0.60 does not meet the rule of an entry.',
    ]);
  });

  it('say that an entry is under way', () => {
    expect(reasonsOf({ signals: [trend], isEntering: true }).slice(1)).toEqual([
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score is 0.60: enough for an entry.',
      'Nothing more is bought: an entry order has not ended yet.',
    ]);
  });

  it('say what is wrong with the candles', () => {
    expect(reasonsOf({ signals: [trend] }, [hole])).toEqual([
      'The 4h candles are not sufficient (a hole in the candles): no entry and no exit signal.',
      'Nothing is bought: the 4h candles are not sufficient.',
    ]);
  });

  it('say whose votes are missing', () => {
    const day = windowOf({ timeframe: '1d', rows: 700, fault: '700 of 720 candles' });
    expect(reasonsOf({ signals: [silent('turtle@4h')] }, [windowOf(), day])).toEqual([
      'The 1d candles are not sufficient (700 of 720 candles): no instance on them votes.',
      'turtle@4h says nothing.',
      'Nothing is held and no strategy votes long.',
    ]);
  });

  it('say that the tick was missed', () => {
    expect(reasonsOf({ signals: [trend], isMissed: true })).toEqual([
      'This tick was missed or came too late: nothing may be entered.',
      'trend_ema@4h votes long with weight 0.60.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score is 0.60: enough for an entry.',
      'Nothing is bought: this tick was missed or came too late.',
    ]);
  });

  it('say what the size falls short of', () => {
    expect(reasonsOf({ signals: [trend], funds: { equity: 10_000, exposure: 0, free: 0.4 } }).at(-1)).toBe(
      'Not bought: cost below the minimum of 0.5 (free cash binds, quantity 0.00398287).',
    );
  });
});

describe('the reasons of a position that stays', () => {
  it('name its stop', () => {
    expect(reasonsOf({ position: positionOf(), signals: [silent('turtle@4h')] })).toEqual([
      'turtle@4h says nothing.',
      'The position is held, with its stop at 97.',
    ]);
  });

  it('name who left', () => {
    expect(reasonsOf({ position: positionOf(), signals: [leaves('turtle@4h')] })).toEqual([
      'turtle@4h says leave.',
      'The position is held, with its stop at 97; turtle@4h left, with less than half of the weight of the entry.',
    ]);
  });

  it('say why it is being sold, whoever else left', () => {
    const position = requestExit(latch(positionOf(), new Set(['trend_ema@4h'])), 'SIGNAL', TICK_MS);
    expect(reasonsOf({ position, signals: [] })).toEqual([
      'The position is being sold already, for the reason SIGNAL.',
    ]);
  });

  it('of a missed tick with a hole in the candles tell both', () => {
    expect(
      reasonsOf({ position: positionOf(), signals: [leaves('trend_ema@4h')], isMissed: true }, [hole]),
    ).toEqual([
      'This tick was missed or came too late: nothing may be entered.',
      'The 4h candles are not sufficient (a hole in the candles): no entry and no exit signal.',
      'The position is held, with its stop at 97.',
    ]);
  });
});

describe('the reasons of an exit', () => {
  it('name those who left', () => {
    const position = latch(positionOf(), new Set(['turtle@4h']));
    const signals = [{ ...trend, isExit: true }];
    expect(reasonsOf({ position, signals })).toEqual([
      'trend_ema@4h votes long with weight 0.60 and says leave.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score is 0.60: enough for an entry.',
      'Sell at the next open: trend_ema@4h and turtle@4h left, with at least half of the weight of the entry.',
    ]);
  });

  it('name the other side when it is that, though somebody left before', () => {
    const position = latch(positionOf(), new Set(['turtle@4h'])); // 0.5 of 1.1
    const signals = [signalOf('ichimoku@4h', { vote: -1, weight: 0.5 })];
    expect(reasonsOf({ position, signals })).toEqual([
      'ichimoku@4h votes short with weight 0.50.',
      'Sell at the next open: the short score of 0.50 meets the rule of an entry.',
    ]);
  });

  it('name the time', () => {
    expect(reasonsOf({ position: positionOf({ timeStopMs: DAY_MS }) })).toEqual([
      'Sell at the next open: the time stop has run out.',
    ]);
  });
});
