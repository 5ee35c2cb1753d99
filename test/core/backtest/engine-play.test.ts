import { describe, expect, it } from 'vitest';
import { type EngineResult, runEngine } from '../../../shared/core/backtest/engine.ts';
import { textOf } from '../../../shared/core/decimal.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { SCRIPT_START_MS } from '../../helpers/script.ts';
import { engineInputOf, scriptedWorld } from '../../helpers/world.ts';

type Options = NonNullable<Parameters<typeof scriptedWorld>[1]>;

/** The engine over one scripted symbol: stop 4 % below the vote, ticks of 0.01, 3 bps at the open, 10 bps of a stop. */
function played(script: string, options: Options = {}): EngineResult {
  const world = scriptedWorld({ 'BTC/USD': script }, { lookbackRows: 20, ...options });
  return runEngine({ ...engineInputOf(world), isRecording: true });
}

/** Fills as text: hours after the beginning, step, side, price and reason. */
const fillsOf = ({ fills }: EngineResult) =>
  fills.map(({ atMs, step, side, price, reason }) =>
    [`${(atMs - SCRIPT_START_MS) / HOUR_MS}h`, step, side, textOf(price), reason].join(' '),
  );

describe('a position of the engine', () => {
  it('leaves at its stop, inside a candle or gapped by its open', () => {
    const inside = played(`
      100 101 99 100 turtle:long
      100 101 99 100
      100 100 95 97`);
    // The stop of 96 slips by 10 bps of it, 0.096, more than 5 % of the fall of 1: 95.904.
    expect(fillsOf(inside)).toEqual(['4h OPEN buy 100.03 ENTRY', '12h RANGE sell 95.9 STOP']);
    const gapped = played(`
      100 101 99 100 turtle:long
      100 101 99 100
      95 98 94 97`);
    // 95 less 10 bps of it: 94.905
    expect(fillsOf(gapped)).toEqual(['4h OPEN buy 100.03 ENTRY', '8h OPEN sell 94.9 STOP']);
  });

  it('leaves at a trail that was raised', () => {
    // 4 % below the high of 110 is 105.6, whatever the later highs of its three candles.
    const { closed } = played(`
      100 101 99 100 trend:long
      100 110 100 109
      109 109 107 108
      108 108 105 106`);
    expect(closed).toMatchObject([{ stop: 105.6, firstStop: 96, exit: { reason: 'TRAIL' } }]);
  });

  it('leaves at the open after a close at its target', () => {
    const options = { target: 1.05 };
    const result = played(
      `
      100 101 99 100 turtle:long
      100 106 99 104.99
      105 106 104 105
      107 108 106 107`,
      options,
    );
    // 107 less 3 bps of it, 0.0321
    expect(fillsOf(result)).toEqual(['4h OPEN buy 100.03 ENTRY', '12h OPEN sell 106.96 TARGET']);
  });

  it('leaves when its time is up', () => {
    const result = played(
      `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 100
      100 101 99 100`,
      { timeStopBars: 2 },
    );
    expect(fillsOf(result)).toEqual(['4h OPEN buy 100.03 ENTRY', '12h OPEN sell 99.97 TIME']);
  });
});

describe('where exec candles are missing', () => {
  it('an entry expires', () => {
    const result = played(`
      100 101 99 100 turtle:long
      100 101 99 100 hole
      100 101 99 100`);
    expect(result).toMatchObject({ fills: [], open: [], closed: [] });
  });

  it('a sale waits for the next open', () => {
    const result = played(`
      100 101 99 100 turtle:long
      100 101 99 100 turtle:exit
      100 101 99 100 hole
      98 99 97 98`);
    // 98 less 3 bps of it, 0.0294
    expect(fillsOf(result)).toEqual(['4h OPEN buy 100.03 ENTRY', '12h OPEN sell 97.97 SIGNAL']);
  });

  it('a stop meets nothing, and equity stays at the close before', () => {
    const { fills, marks, open } = played(`
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 80 82 hole`);
    expect(fills).toHaveLength(1);
    expect(open).toHaveLength(1);
    expect(marks.at(-1)?.equity).toBe(marks.at(-2)?.equity);
  });
});

describe('where nothing is traded', () => {
  it('a sale goes on at the next open', () => {
    const result = played(`
      100 101 99 100 turtle:long
      100 101 99 100 turtle:exit
      100 100 100 100 v=0
      98 99 97 98`);
    expect(fillsOf(result).at(-1)).toBe('12h OPEN sell 97.97 SIGNAL');
  });

  it('a stop below the market is not met', () => {
    const result = played(`
      100 101 99 100 turtle:long
      100 101 99 100
      96 96 96 96 v=0
      100 101 99 100`);
    expect(fillsOf(result)).toEqual(['4h OPEN buy 100.03 ENTRY']);
  });
});

describe('an order that is large for its candle', () => {
  it('is sold in parts, under the reason of the first', () => {
    const { closed, fills } = played(`
      100 101 99 100 turtle:long
      100 101 99 100 turtle:exit
      100 101 99 100 v=40
      98 99 97 98`);
    expect(fills.map(({ side, reason }) => `${side} ${reason}`)).toEqual([
      'buy ENTRY',
      'sell SIGNAL',
      'sell SIGNAL',
    ]);
    expect(textOf(fills[1]?.quantity ?? 0n)).toBe('2'); // 5 % of 40
    expect(closed).toHaveLength(1);
  });

  it('and was a stop is followed by a sale of the rest', () => {
    const result = played(`
      100 101 99 100 turtle:long
      100 101 99 100
      100 100 95 97 v=40
      98 99 97 98`);
    expect(fillsOf(result).slice(1)).toEqual(['12h RANGE sell 95.9 STOP', '12h OPEN sell 97.97 STOP']);
  });
});

describe('before the first candle', () => {
  it('the engine decides that there are none', () => {
    const world = scriptedWorld({ 'BTC/USD': '100 101 99 100' }, { lookbackRows: 20 });
    const fromMs = SCRIPT_START_MS - 21 * 4 * HOUR_MS;
    const { decisions } = runEngine({ ...engineInputOf(world), fromMs, isRecording: true });
    expect(decisions[0]).toMatchObject({
      code: 'INSUFFICIENT_DATA',
      inputs: {
        close: null,
        candles: [{ timeframe: '4h', rows: 0, firstMs: null, lastMs: null, fault: 'no candle' }],
      },
    });
    expect(decisions.map(({ code }) => code).indexOf(null)).toBe(21); // the first with twenty closed candles
  });
});
