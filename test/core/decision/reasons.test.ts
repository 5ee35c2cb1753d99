import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import type { CandleWindow } from '../../../shared/core/decision/record.ts';
import type { InstanceSignal } from '../../../shared/core/decision/signals.ts';
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
      'trend_ema@4h (0.60) votes long.',
      'turtle@4h says nothing.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score of 0.60 is enough for an entry.',
      'Size: 631.31 USD by risk (0.5 % of the equity down to the stop; halved in a random walk), 10,000.00 by volatility, ' +
        '5,000.00 by the share of one symbol, 10,000.00 by what is not invested, 9,957.18 by free cash; risk binds.',
      'Buy 6.31313131 BTC at the next open, about 631.31 USD; stop near 96.1, no target.',
    ]);
  });

  it('name the target, and no random walk where there is none', () => {
    const signals = [{ ...trend, target: 110 }];
    const [, , , size, order] = reasonsOf({ signals, regime: readingOf('WEAK_TREND') });
    expect(size).toBe(
      'Size: 1,262.63 USD by risk (0.5 % of the equity down to the stop), 10,000.00 by volatility, ' +
        '5,000.00 by the share of one symbol, 10,000.00 by what is not invested, 9,957.18 by free cash; risk binds.',
    );
    expect(order).toBe(
      'Buy 12.62626262 BTC at the next open, about 1,262.63 USD; stop near 96.1, target 110.',
    );
  });
});

describe('the reasons of no entry', () => {
  it('say that nobody votes', () => {
    expect(reasonsOf({ signals: [silent('trend_ema@4h'), silent('turtle@4h')] })).toEqual([
      'trend_ema@4h and turtle@4h say nothing.',
      'Nothing is held, and no strategy votes long.',
    ]);
  });

  it('say what the score lacks', () => {
    const signals = [signalOf('supertrend@4h', { vote: -1, weight: 0.3 }), { ...turtle, weight: 0.4 }];
    expect(reasonsOf({ signals })).toEqual([
      'turtle@4h (0.40) votes long.',
      'supertrend@4h (0.30) votes short.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'No entry: the long score of 0.40 is below the 0.45 needed; ' +
        'the short score of 0.30 is more than half of the long one of 0.40.',
    ]);
  });

  it('say that too few agree', () => {
    const strict = { ...rules, ensemble: { threshold: 0.5, minSupporters: 2, minFamilies: 2 } };
    const outcomeOf = (ensemble: typeof strict.ensemble, ...signals: readonly InstanceSignal[]) => {
      const [input, own] = [decideInput({ signals }), { ...strict, ensemble }];
      return recordOf(input, decide(input, own), { rules: own, context: recordContext }).reasons.at(-1);
    };
    expect(outcomeOf(strict.ensemble, trend)).toBe('No entry: one strategy alone is not enough.');
    const three = { ...strict.ensemble, minSupporters: 3 };
    expect(outcomeOf(three, trend, turtle)).toBe('No entry: the 2 strategies that vote long are too few.');
    const trends = [signalOf('macd@4h'), signalOf('rsi@4h')];
    expect(outcomeOf(strict.ensemble, ...trends)).toBe(
      'No entry: the 2 strategies that vote long are of too few families.',
    );
    const lone = { ...strict.ensemble, minSupporters: 1 };
    expect(outcomeOf(lone, trend)).toBe('No entry: the strategy that votes long is of too few families.');
    // Two instances of one strategy are one supporter.
    const heavy = { ...lone, threshold: 0.7, minFamilies: 1 };
    expect(outcomeOf(heavy, signalOf('trend_ema@1d'), trend)).toBe(
      'No entry: the long score of 0.60 (trend_ema counts once) is below the 0.7 needed.',
    );
  });

  it('count those who say nothing where they are many, and name three at most', () => {
    const ids = ['ichimoku', 'macd', 'rsi', 'squeeze', 'supertrend'].map((id) => silent(`${id}@4h`));
    expect(reasonsOf({ signals: [...ids, turtle] }).slice(0, 2)).toEqual([
      'turtle@4h (0.50) votes long.',
      'The other 5 say nothing.',
    ]);
    expect(reasonsOf({ signals: ids })[0]).toBe('All 5 say nothing.');
    expect(reasonsOf({ signals: ids.slice(0, 3) })[0]).toBe('ichimoku@4h, macd@4h and rsi@4h say nothing.');
  });

  it('say whose vote has no weight in this regime', () => {
    const idle = signalOf('rubber_band@4h', { weight: 0 });
    expect(reasonsOf({ signals: [idle] })).toEqual([
      'rubber_band@4h (long) votes, but without weight in such a market.',
      'Nothing is held, and no vote for long has weight.',
    ]);
  });

  it('say that an entry is under way', () => {
    expect(reasonsOf({ signals: [trend], isEntering: true }).slice(1)).toEqual([
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score of 0.60 is enough for an entry.',
      'No further entry: an entry order has not ended yet.',
    ]);
  });

  it('say what is wrong with the candles', () => {
    expect(reasonsOf({ signals: [trend] }, [hole])).toEqual([
      'No entry: the 4h candles do not suffice (a hole in the candles).',
    ]);
  });

  it('say whose votes are missing', () => {
    const day = windowOf({ timeframe: '1d', rows: 700, fault: '700 of 720 candles' });
    expect(reasonsOf({ signals: [silent('turtle@4h')] }, [windowOf(), day])).toEqual([
      'The 1d candles do not suffice (700 of 720 candles): nothing on them votes.',
      'turtle@4h says nothing.',
      'Nothing is held, and no strategy votes long.',
    ]);
  });

  it('say that the tick was missed', () => {
    expect(reasonsOf({ signals: [trend], isMissed: true })).toEqual([
      'trend_ema@4h (0.60) votes long.',
      'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
      'The long score of 0.60 is enough for an entry.',
      'No entry: this tick was missed or came too late.',
    ]);
  });

  it('say what the size falls short of', () => {
    expect(reasonsOf({ signals: [trend], funds: { equity: 10_000, exposure: 0, free: 0.4 } }).at(-1)).toBe(
      'No entry: 0.00398287 BTC is too small an order, cost below the minimum of 0.5 (free cash binds).',
    );
  });
});

describe('the reasons of a position that stays', () => {
  it('name its stop', () => {
    expect(reasonsOf({ position: positionOf(), signals: [silent('turtle@4h')] })).toEqual([
      'turtle@4h says nothing.',
      'Hold 1 BTC, with its stop at 97.',
    ]);
  });

  it('name who left', () => {
    expect(reasonsOf({ position: positionOf(), signals: [leaves('turtle@4h')] })).toEqual([
      'turtle@4h gives an exit signal.',
      'Hold 1 BTC, with its stop at 97; turtle@4h has left, with less than half of the weight of the entry.',
    ]);
  });

  it('name its target, who would leave but did not vote for it, and votes that are too light to sell it', () => {
    const signals = [leaves('rsi@4h'), signalOf('supertrend@4h', { vote: -1, weight: 0.3 })];
    expect(reasonsOf({ position: positionOf({ target: 130.26 }), signals })).toEqual([
      'supertrend@4h (0.30) votes short.',
      'rsi@4h gives an exit signal, but did not vote for this entry.',
      'The short score of 0.30 is not enough to sell.',
      'Hold 1 BTC, with its stop at 97 and its target at 130.3.',
    ]);
  });

  it('say why it is being sold, whoever else left', () => {
    const position = requestExit(latch(positionOf(), new Set(['trend_ema@4h'])), 'SIGNAL', TICK_MS);
    expect(reasonsOf({ position, signals: [] })).toEqual([
      '1 BTC is being sold already: the strategies are against it (SIGNAL).',
    ]);
  });

  it('of a missed tick with a hole in the candles tell both', () => {
    expect(
      reasonsOf({ position: positionOf(), signals: [leaves('trend_ema@4h')], isMissed: true }, [hole]),
    ).toEqual([
      'This tick was missed or came too late: nothing could be entered.',
      'The 4h candles do not suffice (a hole in the candles): no vote and no exit signal counts.',
      'Hold 1 BTC, with its stop at 97.',
    ]);
  });
});

describe('the reasons of an exit', () => {
  it('name those who left', () => {
    const position = latch(positionOf(), new Set(['turtle@4h']));
    const signals = [{ ...trend, isExit: true }];
    expect(reasonsOf({ position, signals })).toEqual([
      'trend_ema@4h (0.60) votes long.',
      'trend_ema@4h gives an exit signal.',
      'Sell at the next open: trend_ema@4h and turtle@4h have left, with at least half of the weight of the entry.',
    ]);
  });

  it('name the other side when it is that, though somebody left before', () => {
    const position = latch(positionOf(), new Set(['turtle@4h'])); // 0.5 of 1.1
    const signals = [signalOf('ichimoku@4h', { vote: -1, weight: 0.5 })];
    expect(reasonsOf({ position, signals })).toEqual([
      'ichimoku@4h (0.50) votes short.',
      'Sell at the next open: the short score of 0.50 is enough for an entry on that side.',
    ]);
  });

  it('name the time', () => {
    expect(reasonsOf({ position: positionOf({ timeStopMs: DAY_MS }) })).toEqual([
      'Sell at the next open: the time stop of 24 hours since 2024-01-01 00:00 UTC has run out.',
    ]);
  });
});
