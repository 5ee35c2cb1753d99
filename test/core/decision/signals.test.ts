import { describe, expect, it } from 'vitest';
import { signalAt } from '../../../shared/core/decision/signals.ts';
import type { Instance } from '../../../shared/core/strategies/instances.ts';
import { emptySignals } from '../../../shared/core/strategies/strategy.ts';
import { turtle } from '../../../shared/core/strategies/turtle.ts';

const instance: Instance = { id: 'turtle@4h', strategy: turtle, timeframe: '4h', params: {}, timeStopMs: 80 };
const columns = {
  ...emptySignals(2),
  vote: Int8Array.of(0, 1),
  exit: Uint8Array.of(1, 0),
  stop: Float64Array.of(95, 96),
};

describe('what an instance says', () => {
  it('is its row, with the weight of its strategy in the regime', () => {
    expect(signalAt(instance, columns, 1, 'STRONG_TREND')).toEqual({
      instance: 'turtle@4h',
      strategy: 'turtle',
      family: 'breakout',
      timeframe: '4h',
      weight: 0.9,
      vote: 1,
      isExit: false,
      stop: 96,
      target: Number.NaN,
      timeStopMs: 80,
    });
    expect(signalAt(instance, columns, 0, 'STRONG_TREND')).toMatchObject({ vote: 0, isExit: true, stop: 95 });
  });

  it('weighs less with less strength', () => {
    const half = { ...columns, strength: Float64Array.of(1, 0.5), target: Float64Array.of(120, 130) };
    expect(signalAt(instance, half, 1, 'STRONG_TREND')).toMatchObject({ weight: 0.45, target: 130 });
  });
});
