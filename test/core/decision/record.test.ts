import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { clientOrderId } from '../../../shared/core/execution/client-id.ts';
import { latch, requestExit } from '../../../shared/core/execution/position.ts';
import { randomOf } from '../../../shared/core/market/random.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import {
  recordContext as context,
  decideInput,
  executionOf,
  frozen,
  positionOf,
  decideRules as rules,
  signalOf,
  TICK_MS,
} from '../../helpers/decisions.ts';

const recordedOf = (change: Partial<DecideInput>) => {
  const input = frozen(decideInput(change));
  return recordOf(input, frozen(decide(input, rules)), { rules, context });
};
const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96.04, target: 110.06 });
const silent = signalOf('turtle@4h', { vote: 0, stop: 97 });

describe('the record of an entry', () => {
  const entered = () => recordedOf({ signals: [trend, silent] });

  it('holds inputs, votes, rule, every term of the size and the order', () => {
    expect(entered()).toMatchObject({
      atMs: TICK_MS,
      symbol: 'BTC/USD',
      action: 'ENTER',
      code: null,
      exitReason: null,
      regime: 'RANDOM_WALK',
      inputs: {
        candles: context.windows,
        close: '100',
        atr: '2',
        equity: '10000',
        free: '10000',
        held: null,
        isEntering: false,
        isMissed: false,
        execMs: 4 * HOUR_MS,
        quote: null,
        isBalanceShort: false,
        takeCost: 0.0043,
        instrument: rules.instrument,
      },
      instances: ['trend_ema@4h', 'turtle@4h'],
      votes: [{ instance: 'trend_ema@4h', vote: 1, weight: 0.6, exit: false, stop: '96', target: '110.1' }],
      score: { long: 0.6, short: 0, threshold: 0.45 },
      rule: { isHeavyEnough: true, hasSupporters: true, hasFamilies: true, isDominant: true },
      size: {
        entry: '100',
        stop: '96.1', // 96.04 rounded up: a stop is never looser
        n1: '631.31', // 10,000 × 0.005 × 100 / 3.96 / 2
        n3: '5000',
        n5: '9957.18', // 10,000 / 1.0043
        binding: 'N1',
        quantity: '6.31313131',
        tooSmall: null,
      },
      latched: [],
      config: 'config',
      codeVersion: '0.1.0',
    });
  });

  it('names the order by the id that it will have', () => {
    const account = context.account;
    expect(entered().entry).toEqual({
      clientOrderId: clientOrderId({
        account,
        symbol: 'BTC/USD',
        tickMs: TICK_MS,
        purpose: 'entry',
        number: 0,
      }),
      quantity: '6.31313131',
      stop: '96.1',
      target: '110.1',
      supporters: [{ instance: 'trend_ema@4h', weight: 0.6 }],
    });
  });
});

describe('a record', () => {
  it('holds the position that it found, and who has left after it', () => {
    const position = latch(
      positionOf({ target: 130.26 }, { quantity: executionOf('1', '0.25').quantity }),
      new Set(['turtle@4h']),
    );
    const leaving = signalOf('trend_ema@4h', { vote: 0, isExit: true });
    const record = recordedOf({ position, signals: [leaving] });
    expect(record.inputs.held).toEqual({
      entryMs: position.entryMs,
      quantity: '0.25',
      stop: '97',
      target: '130.3',
      timeStopMs: null,
      exit: null,
      supporters: [
        { instance: 'trend_ema@4h', weight: 0.6, isLatched: false },
        { instance: 'turtle@4h', weight: 0.5, isLatched: true },
      ],
    });
    expect(record.latched).toEqual(['trend_ema@4h', 'turtle@4h']);
    expect(record).toMatchObject({
      action: 'EXIT',
      exitReason: 'SIGNAL',
      rule: null,
      size: null,
      entry: null,
    });
  });

  it('says that the position was being sold', () => {
    const position = requestExit(positionOf(), 'TARGET', TICK_MS);
    expect(recordedOf({ position }).inputs.held?.exit).toBe('TARGET');
  });

  it('of a symbol that is held knows no entry under way', () => {
    expect(recordedOf({ position: positionOf(), isEntering: true }).inputs.isEntering).toBe(false);
    expect(recordedOf({ isEntering: true }).inputs.isEntering).toBe(true);
  });

  it('has no levels of those that do not vote long', () => {
    const { votes } = recordedOf({ signals: [{ ...trend, vote: -1 }] });
    expect(votes).toEqual([
      { instance: 'trend_ema@4h', vote: -1, weight: 0.6, exit: false, stop: null, target: null },
    ]);
  });

  it('without candles has no price', () => {
    const { inputs } = recordedOf({ close: Number.NaN, atr: Number.NaN, fault: 'no candle' });
    expect(inputs).toMatchObject({ close: null, atr: null });
  });

  it('holds the size that was too small, with its reason', () => {
    const record = recordedOf({ signals: [trend], funds: { exposure: 0, equity: 10_000, free: 0.4 } });
    expect(record).toMatchObject({
      action: 'WAIT',
      code: 'SIZE_BELOW_MIN',
      size: { binding: 'N5', quantity: '0.00398287', tooSmall: 'cost below the minimum of 0.5' },
      entry: null,
    });
  });
});

describe('the bytes of a record', () => {
  const bytesOf = (change: Partial<DecideInput>) => JSON.stringify(recordedOf(change));
  const changes: readonly Partial<DecideInput>[] = [
    { signals: [trend, silent] },
    { position: positionOf({ target: 130 }), signals: [silent] },
    { signals: [trend], isMissed: true },
  ];

  it.each(changes)('are equal for equal inputs (%#)', (change) => {
    expect(bytesOf(structuredClone(change))).toBe(bytesOf(change));
  });

  it('do not depend on the last digits of an average', () => {
    // An average over 720 candles and one over the whole history differ by some 1e-14. (Only a level that lies
    // within that of a tick could tell them apart, and ordinary levels do not.)
    const { uniform } = randomOf(1, 'noise');
    const between = (least: number, most: number) => least + (most - least) * uniform();
    for (let i = 0; i < 500; i++) {
      const close = Number(between(20_000, 120_000).toFixed(1));
      const range = close * between(0.003, 0.03);
      const target = close * between(1.01, 1.1);
      const inputOf = (level: (value: number) => number): Partial<DecideInput> => ({
        close,
        atr: level(range),
        signals: [
          { ...trend, stop: level(close - 1.5 * range), target: level(target) },
          { ...silent, vote: 1, stop: level(close - 2 * range) },
        ],
      });
      const noisy = (value: number) => value * (1 + between(-1e-13, 1e-13));
      expect(bytesOf(inputOf(noisy))).toBe(bytesOf(inputOf((value) => value)));
    }
  });
});
