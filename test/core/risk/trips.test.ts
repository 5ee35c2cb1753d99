import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { candlesOf } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import type { Breaker } from '../../../shared/core/risk/breakers.ts';
import { newStanding, type Standing } from '../../../shared/core/risk/standing.ts';
import { type Moment, trippedAt } from '../../../shared/core/risk/trips.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import { TICK_MS } from '../../helpers/decisions.ts';
import { worldConfig } from '../../helpers/world.ts';

/** The default limits: 10 % from the peak, 10 % in a day, 15 % in an hour. */
const config = worldConfig(['BTC/USD', 'ETH/USD'], { risk: {} });
const standing = newStanding(unitsOf('10000'), TICK_MS);
const locked: Partial<Standing> = { losses: 3, lastLossMs: TICK_MS, lockedUntilMs: TICK_MS + DAY_MS };

/** What trips with BTC and ETH at 100, each 4h candle falling to a low. */
function tripped(
  change: Partial<Moment>,
  {
    known = [],
    lows = [100, 100],
    over = {},
  }: {
    readonly known?: readonly Breaker[];
    readonly lows?: readonly number[];
    readonly over?: Partial<Standing>;
  } = {},
) {
  const breakers = breakersOf(...known);
  const [execMs, tickMs, atMs] = [4 * HOUR_MS, 4 * HOUR_MS, TICK_MS];
  const windows = lows.map((low, i) => {
    const candle = { openMs: TICK_MS - execMs, open: 100, high: 100, low, close: 100, volume: 1 };
    const exec = candlesOf([candle]);
    return { symbol: config.symbols[i] ?? '', atMs, exec, closed: 1, execMs, tickMs, breakers };
  });
  const moment: Moment = { atMs, equity: unitsOf('10000'), isTick: true, windows, ...change };
  return trippedAt(breakers, { ...standing, ...over }, { moment, config });
}

const scopes = (...given: Parameters<typeof tripped>) => tripped(...given).map(({ scope }) => scope);

describe('at a moment', () => {
  it('trips nothing of an account that stands well', () => {
    expect(tripped({})).toEqual([]);
  });

  it('trips everything that there is a cause for, each for itself', () => {
    expect(scopes({ equity: unitsOf('9000') }, { lows: [100, 85], over: locked })).toEqual([
      'portfolio',
      'losses',
      'drawdown',
      'asset:ETH-USD',
    ]);
    expect(scopes({}, { lows: [80, 80] })).toEqual(['asset:BTC-USD', 'asset:ETH-USD']);
  });

  it('that is no tick leaves the drawdown to the next tick', () => {
    expect(scopes({ equity: unitsOf('9000'), isTick: false })).toEqual(['portfolio']);
  });

  it('changes no breaker that holds as long already', () => {
    const known = [
      trippedUntil('portfolio', null),
      trippedUntil('drawdown', null),
      trippedUntil('losses', TICK_MS + DAY_MS),
    ];
    expect(scopes({ equity: unitsOf('5000') }, { known, over: locked })).toEqual([]);
  });

  it('lengthens one that would end before, and trips one that is over or was reset', () => {
    const known = [
      trippedUntil('losses', TICK_MS + HOUR_MS),
      trippedUntil('asset:BTC-USD', TICK_MS),
      { ...trippedUntil('portfolio', null, TICK_MS - HOUR_MS), state: 'closed' as const },
    ];
    const changed = tripped({ equity: unitsOf('9000'), isTick: false }, { known, lows: [85], over: locked });
    expect(changed.map(({ scope, untilMs, state }) => [scope, untilMs, state])).toEqual([
      ['portfolio', null, 'tripped'],
      ['losses', TICK_MS + DAY_MS, 'tripped'],
      ['asset:BTC-USD', TICK_MS + 4 * HOUR_MS, 'tripped'],
    ]);
  });

  it('trips no drawdown where it is off', () => {
    const free = { ...config, risk: { ...config.risk, drawdownMax: 'off' as const } };
    const moment = { atMs: TICK_MS, equity: unitsOf('1'), isTick: true, windows: [] };
    const found = trippedAt(new Map(), standing, { moment, config: free });
    expect(found.map(({ scope }) => scope)).toEqual(['portfolio']);
  });
});
