import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Candle,
  type Candles,
  candlesOf,
  rowsBefore,
  sliceCandles,
} from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';
import { type Breaker, type ExecWindow, symbolTrips } from '../../../shared/core/risk/breakers.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import { TICK_MS } from '../../helpers/decisions.ts';

const rules = { assetFall: 0.15, assetLockMinutes: 240, portfolioLoss: 0.1, flashMove: 0.05 };

/** Candles at 100 up to `TICK_MS` but for some of them, numbered backward: 0 is the newest. */
function execOf(
  execMs: number,
  special: Readonly<Record<number, Partial<Candle>>>,
  { count = 70, missing = [] }: { readonly count?: number; readonly missing?: readonly number[] } = {},
): Candles {
  const ages = Array.from({ length: count }, (_, i) => count - 1 - i);
  return candlesOf(
    ages
      .filter((age) => !missing.includes(age))
      .map((age) => {
        const openMs = TICK_MS - (age + 1) * execMs;
        return { openMs, open: 100, high: 100, low: 100, close: 100, volume: 1, ...special[age] };
      }),
  );
}

function tripsOf(exec: Candles, change: Partial<ExecWindow> = {}) {
  const window = {
    symbol: 'BTC/USD',
    atMs: TICK_MS,
    exec,
    execMs: MINUTE_MS,
    tickMs: 4 * HOUR_MS,
    ...change,
  };
  const closed = rowsBefore(exec, window.atMs - window.execMs + 1);
  return symbolTrips({ closed, breakers: new Map(), ...window }, rules);
}

const scopes = (...given: Parameters<typeof tripsOf>) => tripsOf(...given).map(({ scope }) => scope);
const ASSET = 'asset:BTC-USD';
const FLASH = 'flash:BTC-USD';

/** A fall that no single minute shows: from 100 it creeps down to `low`. */
const slowly = (low: number, age: number) => ({ [age]: { high: low, low, close: low } });

describe('a symbol that falls', () => {
  it('within an hour trips for four hours', () => {
    const exec = execOf(15 * MINUTE_MS, slowly(85, 0));
    expect(tripsOf(exec, { execMs: 15 * MINUTE_MS })).toEqual([
      {
        scope: ASSET,
        untilMs: TICK_MS + 4 * HOUR_MS,
        atMs: TICK_MS,
        why: 'BTC/USD traded 15 % or more below the high of the last hour.',
        by: 'engine',
      },
    ]);
  });

  it.each([
    [85, [ASSET]],
    [85.01, []],
  ])('from 100 to %d trips %j', (low, expected) => {
    const execMs = 15 * MINUTE_MS;
    expect(scopes(execOf(execMs, slowly(low, 0)), { execMs })).toEqual(expected);
  });

  it('is seen by the low alone, and whichever came first', () => {
    const execMs = 15 * MINUTE_MS;
    const special = { 3: { low: 85 }, 1: { high: 100 } };
    expect(scopes(execOf(execMs, special), { execMs })).toEqual([ASSET]);
  });

  it.each([
    ['the oldest of sixty minutes', MINUTE_MS, 59, true],
    ['one minute before them', MINUTE_MS, 60, false],
    ['the oldest of four quarters', 15 * MINUTE_MS, 3, true],
    ['the quarter before them', 15 * MINUTE_MS, 4, false],
    ['the last hour', HOUR_MS, 0, true],
    ['the hour before it', HOUR_MS, 1, false],
    ['the last 4h candle', 4 * HOUR_MS, 0, true],
    ['the 4h candle before it', 4 * HOUR_MS, 1, false],
  ])('in %s is seen or not', (_, execMs, age, isSeen) => {
    const exec = execOf(execMs, { [age]: { high: 100, low: 80, close: 100 } });
    expect(scopes(exec, { execMs }).includes(ASSET)).toBe(isSeen);
  });

  it('in a candle that is not closed yet is not seen', () => {
    const exec = execOf(15 * MINUTE_MS, slowly(80, 0));
    expect(scopes(exec, { execMs: 15 * MINUTE_MS, atMs: TICK_MS - 1 })).toEqual([]);
  });

  it('in no candle at all trips nothing', () => {
    expect(scopes(execOf(MINUTE_MS, {}, { count: 0 }))).toEqual([]);
    expect(scopes(execOf(MINUTE_MS, slowly(80, 0)), { atMs: TICK_MS + DAY_MS })).toEqual([]);
  });
});

describe('a minute that jumps', () => {
  it.each([
    ['by its range, of its low', { high: 105, low: 100 }, true],
    ['by a hair less', { high: 104.99, low: 100 }, false],
    ['up from close to close', { high: 105, low: 105, close: 105 }, true],
    ['up by a hair less', { high: 104.99, low: 104.99, close: 104.99 }, false],
    ['down from close to close', { high: 95, low: 95, close: 95 }, true],
    ['down by a hair less', { high: 95.01, low: 95.01, close: 95.01 }, false],
  ])('%s is seen or not', (_, candle, isSeen) => {
    // The newest candle: none after it jumps back.
    expect(scopes(execOf(MINUTE_MS, { 0: candle }))).toEqual(isSeen ? [FLASH] : []);
  });

  it.each([
    ['the oldest of fifteen minutes', 14, true],
    ['the minute before them', 15, false],
  ])('in %s is seen or not', (_, age, isSeen) => {
    expect(scopes(execOf(MINUTE_MS, { [age]: { high: 106 } })).includes(FLASH)).toBe(isSeen);
  });

  it.each([
    ['from the minute before', [], true],
    ['over a hole, where nobody knows how long it took', [1], false],
    ['over a hole as long as the window', Array.from({ length: 50 }, (_, i) => i + 1), false],
  ])('%s is seen or not', (_, missing, isSeen) => {
    const special = { 0: { high: 106, low: 106, close: 106 } };
    expect(scopes(execOf(MINUTE_MS, special, { missing })).includes(FLASH)).toBe(isSeen);
  });

  it('in a candle that is not closed yet is not seen', () => {
    const exec = execOf(MINUTE_MS, { 0: { high: 106 } });
    expect(scopes(exec, { atMs: TICK_MS - 1 })).toEqual([]);
  });

  it('is not looked for on longer candles', () => {
    expect(scopes(execOf(5 * MINUTE_MS, { 0: { high: 106 } }), { execMs: 5 * MINUTE_MS })).toEqual([]);
  });

  it.each([
    ['at a tick: this decision and the next', TICK_MS, 8],
    ['between two ticks: the next decision', TICK_MS - 1, 4],
    ['just after a tick: the next decision', TICK_MS + MINUTE_MS, 8],
  ])('%s', (_, atMs, hours) => {
    const [flash] = tripsOf(execOf(MINUTE_MS, { 1: { high: 106 } }), { atMs });
    expect(flash).toEqual({
      scope: FLASH,
      untilMs: TICK_MS + hours * HOUR_MS,
      atMs,
      why: 'A one-minute candle of BTC/USD moved 5 % or more.',
      by: 'engine',
    });
  });
});

describe('what a person has reset', () => {
  const fall = execOf(MINUTE_MS, { 5: { high: 100, low: 80 } });
  const reset = (scope: string, atMs: number, by = 'Ada'): Breaker => ({
    ...trippedUntil(scope, null, atMs),
    state: 'closed',
    by,
  });
  // The candle opens six minutes before the tick and ends five minutes before it.
  const endMs = TICK_MS - 5 * MINUTE_MS;

  it.each([
    ['at its end is not tripped by it again', endMs, 'Ada', false],
    ['before its end is tripped by it', endMs - 1, 'Ada', true],
    ['and is closed by the engine, because its time was over, is tripped', endMs, 'engine', true],
  ])('%s', (_, atMs, by, isTripped) => {
    const breakers = breakersOf(reset(ASSET, atMs, by), reset(FLASH, atMs, by));
    expect(scopes(fall, { breakers })).toEqual(isTripped ? [ASSET, FLASH] : []);
  });

  it('leaves the other breaker of the symbol, and those of other symbols', () => {
    expect(scopes(fall, { breakers: breakersOf(reset(ASSET, endMs)) })).toEqual([FLASH]);
    expect(scopes(fall, { breakers: breakersOf(reset('asset:ETH-USD', endMs)) })).toEqual([ASSET, FLASH]);
  });
});

it('candles before the window, but for the close a minute before it, change nothing', () => {
  const price = fc.integer({ min: -10, max: 10 });
  const rows = fc.array(fc.tuple(price, price, price), { minLength: 100, maxLength: 100 });
  const hole = fc.record({ newest: fc.nat({ max: 20 }), length: fc.nat({ max: 70 }) });
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(rows, fc.nat({ max: 90 }), hole, (steps, percent, { newest, length }) => {
      const at = (step: number) => 100 + (step * percent) / 100;
      const special = Object.fromEntries(
        steps.map(([a, b, c], age) => [
          age,
          { high: at(Math.max(a, b, c)), low: at(Math.min(a, b, c)), close: at(c) },
        ]),
      );
      const missing = Array.from({ length }, (_, i) => newest + i);
      const exec = execOf(MINUTE_MS, special, { count: 100, missing });
      const near = sliceCandles(exec, rowsBefore(exec, TICK_MS - 61 * MINUTE_MS), exec.openMs.length);
      expect(tripsOf(near)).toEqual(tripsOf(exec));
      const found = scopes(exec).join();
      seen.set(found, (seen.get(found) ?? 0) + 1);
    }),
    { numRuns: 300 },
  );
  for (const found of ['', FLASH, `${ASSET},${FLASH}`]) expect(seen.get(found), found).toBeGreaterThan(15);
});
