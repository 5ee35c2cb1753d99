import { describe, expect, it } from 'vitest';
import { guard } from '../../../shared/core/backtest/engine-guard.ts';
import type { EngineRun } from '../../../shared/core/backtest/engine-run.ts';
import { marketState } from '../../../shared/core/backtest/market-state.ts';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { newTally } from '../../../shared/core/decision/tally.ts';
import { type Candle, candlesOf } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import { TICK_MS } from '../../helpers/decisions.ts';
import { engineInputOf, scriptedWorld } from '../../helpers/world.ts';

const CANDLE_MS = 4 * HOUR_MS;
const capital = unitsOf('10000');
const world = scriptedWorld({ 'BTC/USD': '100 101 99 100' }, { config: { risk: {} } });

/** A run of an account of 10,000 USD from `TICK_MS` on; its last 4h candle reaches from 100 to a low. */
function runOf({ low = 100 } = {}): EngineRun {
  const candle: Candle = { openMs: TICK_MS, open: 100, high: 100, low, close: 100, volume: 1 };
  const candles = candlesOf([candle]);
  const { config, instances } = world;
  const data = { exec: candles, series: new Map([['4h' as const, candles]]) };
  return {
    input: { ...engineInputOf(world), isRecording: false },
    markets: [marketState('BTC/USD', data, { config, instances })],
    cash: capital,
    closed: [],
    fills: [],
    marks: [],
    decisions: [],
    tally: newTally(),
    standing: newStanding(capital, TICK_MS),
    breakers: new Map(),
    execMs: CANDLE_MS,
    tickMs: CANDLE_MS,
  };
}

const at = (run: EngineRun, hours: number, equity: string, isTick = false) => {
  guard(run, { atMs: TICK_MS + hours * HOUR_MS, equity: unitsOf(equity), isTick });
  return run;
};

describe('the guard of the engine', () => {
  it('raises the peak at a mark and at a tick', () => {
    const run = at(runOf(), 4, '10100');
    expect(run.standing.peak).toBe(unitsOf('10100'));
    expect(at(run, 8, '10200', true).standing.peak).toBe(unitsOf('10200'));
    expect(at(run, 12, '9900').standing.peak).toBe(unitsOf('10200'));
  });

  it('begins a day with the first equity at or after 00:00, and only then', () => {
    const run = at(runOf(), 20, '9900');
    expect(run.standing).toMatchObject({ dayMs: TICK_MS, dayStart: capital });
    at(run, 24, '9800');
    const begun = { dayMs: TICK_MS + DAY_MS, dayStart: unitsOf('9800'), portfolioFrom: unitsOf('9800') };
    expect(run.standing).toMatchObject(begun);
    expect(at(run, 24, '9700', true).standing).toMatchObject(begun); // the tick of the same instant
    expect(at(run, 28, '9000').standing).toMatchObject(begun);
  });

  it('measures the portfolio’s loss within the day that the equity belongs to', () => {
    const run = at(runOf(), 20, '9001');
    at(run, 24, '8900'); // 11 % below the day before, the first equity of this one
    expect([...run.breakers.keys()]).toEqual([]);
    at(run, 28, '8010'); // 10 % below 8900
    expect(run.breakers.get('portfolio')).toMatchObject({
      state: 'tripped',
      untilMs: null,
      atMs: TICK_MS + 28 * HOUR_MS,
    });
  });

  it('trips the drawdown at a tick, not at a mark, and latches it', () => {
    const run = at(runOf(), 4, '12000');
    at(run, 24, '10800'); // 10 % below the peak; of the day nothing
    expect(run.breakers.has('drawdown')).toBe(false);
    at(run, 24, '10800', true);
    expect(run.breakers.get('drawdown')).toMatchObject({ untilMs: null, atMs: TICK_MS + DAY_MS });
    at(run, 28, '13000', true);
    expect(run.breakers.get('drawdown')).toMatchObject({ state: 'tripped', atMs: TICK_MS + DAY_MS });
  });

  it('trips the losses that the standing has locked', () => {
    const run = runOf();
    run.standing = {
      ...run.standing,
      losses: 3,
      lastLossMs: TICK_MS + HOUR_MS,
      lockedUntilMs: TICK_MS + 25 * HOUR_MS,
    };
    at(run, 4, '10000');
    expect(run.breakers.get('losses')).toMatchObject({
      atMs: TICK_MS + HOUR_MS,
      untilMs: TICK_MS + 25 * HOUR_MS,
    });
  });

  it.each([
    [85, ['asset:BTC-USD']],
    [85.01, []],
  ])('looks at the last candle of each market: a low of %d trips %j', (low, scopes) => {
    expect([...at(runOf({ low }), 4, '10000').breakers.keys()]).toEqual(scopes);
  });
});
