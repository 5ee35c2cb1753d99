import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { regimeWeight } from '../../shared/core/decision/weights.ts';
import { defineStrategy, emptySignals, type Strategy } from '../../shared/core/strategies/strategy.ts';
import { strategyFacts } from '../../shared/core/strategy-facts.ts';

const session: Strategy = defineStrategy({
  id: 'session',
  title: 'A session',
  family: 'breakout',
  formula: 'f',
  source: 's',
  loses: 'l',
  longest: '1h',
  params: z.strictObject({
    days: z.int().default(2).describe('days'),
    time: z.int().default(9).describe('candles'),
  }),
  // Twenty-four candles of 1h a day.
  warmup: ({ days }, timeframe) => days * (timeframe === '1h' ? 24 : 96),
  lookback: ({ days }, timeframe) => (days + 1) * (timeframe === '1h' ? 24 : 96),
  timeStopBars: ({ time }) => time,
  prepare: ({ close }) => emptySignals(close.length),
});

const chosen = (over: object) => ({
  strategies: { session: { enabled: true, timeframes: ['1h' as const], params: {}, ...over } },
});

describe('the facts of a strategy', () => {
  it('have the parameters in force beside the usual ones, each with its unit', () => {
    expect(strategyFacts(session, chosen({ params: { days: 5 } })).params).toEqual([
      { name: 'days', value: 5, usual: 2, about: 'days' },
      { name: 'time', value: 9, usual: 9, about: 'candles' },
    ]);
  });

  it('tell its needs on every timeframe on which it means something, by the parameters in force', () => {
    const { needs, longest, timeStopCandles } = strategyFacts(session, chosen({ params: { days: 5 } }));
    expect(longest).toBe('1h');
    expect(needs.map(({ timeframe }) => timeframe)).toEqual(['1m', '5m', '15m', '1h']);
    expect(needs.at(-1)).toEqual({ timeframe: '1h', isEnabled: true, warmup: 120, lookback: 144 });
    expect(needs.at(0)).toMatchObject({ isEnabled: false, lookback: 576 });
    expect(timeStopCandles).toBe(9);
  });

  it('name the enabled instances, shortest candles first, and none where it is switched off or unknown', () => {
    const instances = (over: object) => strategyFacts(session, chosen(over)).instances;
    expect(instances({ timeframes: ['1h', '5m', '1h'] })).toEqual(['session@5m', 'session@1h']);
    expect(instances({ enabled: false })).toEqual([]);
    expect(strategyFacts(session, { strategies: {} })).toMatchObject({ instances: [], timeStopCandles: 9 });
  });

  it('take warm-up and one for a lookback that is not told, and the weights of the table', () => {
    const { lookback: _, longest: __, ...plain } = { ...session, id: 'turtle' };
    const { needs, weights, longest } = strategyFacts(plain, { strategies: {} });
    // Two days of 96 candles by default.
    expect(needs.at(-1)).toEqual({ timeframe: '1d', isEnabled: false, warmup: 192, lookback: 193 });
    expect([longest, weights.WEAK_TREND]).toEqual([null, regimeWeight('turtle', 'WEAK_TREND')]);
  });
});
