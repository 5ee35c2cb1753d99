import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LOOKBACK_ROWS } from '../../../shared/core/decision/lookback.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { strategyProblems } from '../../../shared/core/strategies/instances.ts';
import { findStrategy, strategies } from '../../../shared/core/strategies/registry.ts';
import type { Signals, Strategy } from '../../../shared/core/strategies/strategy.ts';
import { walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

const ROWS = 2000;
/** Half of what is usual: each reads thousands of candles. */
const RUNS = 50;
/** Of the close, a tenth of what eight digits of a price tell. What is rounded to digits jumps where this does not. */
const LEVEL_ERROR_MAX = 1e-9;

type Params = Readonly<Record<string, number>>;
interface Field {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default: number;
}

const fieldsOf = ({ params }: Strategy) =>
  Object.entries((z.toJSONSchema(params, { io: 'input' }).properties ?? {}) as Record<string, Field>);

const isAccepted = ({ id }: Strategy, params: Params) => {
  const chosen = { enabled: true, timeframes: ['4h' as const], params };
  return strategyProblems({ strategies: { [id]: chosen } }).length === 0;
};

const needOf = (strategy: Strategy, params: Params) =>
  Math.max(strategy.lookback?.(params, '4h') ?? 0, strategy.warmup(params, '4h') + 1);

/** Those that lengthen what it looks back on. */
const lengthsOf = (strategy: Strategy) => {
  const usual = Object.fromEntries(fieldsOf(strategy).map(([name, field]) => [name, field.default]));
  return Object.keys(usual).filter((name) => {
    const longer = { ...usual, [name]: 1000 * (usual[name] ?? 0) };
    return needOf(strategy, longer) > needOf(strategy, usual);
  });
};

/** The same with one of them as large as it is accepted, which leaves no candle to spare. */
function stretched(strategy: Strategy, params: Params, name: string): Params {
  const isTaken = (value: number) => isAccepted(strategy, { ...params, [name]: value });
  let taken = params[name] ?? 0;
  let refused = LOOKBACK_ROWS + 1;
  while (Math.floor(taken) + 1 < refused) {
    const middle = Math.floor((taken + refused) / 2);
    if (isTaken(middle)) taken = middle;
    else refused = middle;
  }
  return { ...params, [name]: taken };
}

/** Up to the usual length, or any share of the usual level from half of it to twice. */
function valueIn({ type, minimum, maximum, default: usual }: Field): fc.Arbitrary<number> {
  if (type === 'integer') return fc.integer({ min: minimum ?? 1, max: usual });
  return fc
    .integer({ min: 5, max: 20 })
    .map((tenths) => Math.min((usual * tenths) / 10, maximum ?? 2 * usual));
}

/** Parameters that are accepted, half of them at the limit of what is. */
function accepted(strategy: Strategy): fc.Arbitrary<Params> {
  const fields = fieldsOf(strategy).map(
    ([name, field]) => [name, fc.oneof(fc.constant(field.default), valueIn(field))] as const,
  );
  const drawn = fc.record(Object.fromEntries(fields)).filter((params) => isAccepted(strategy, params));
  const names = fc.constantFrom(...lengthsOf(strategy));
  const limit = fc.tuple(drawn, names).map(([params, name]) => stretched(strategy, params, name));
  return fc.oneof(drawn, limit);
}

/** What a strategy says of the newest candle. */
const lastOf = ({ vote, exit, strength, stop, trail, target }: Signals, row: number) => ({
  said: [vote[row], exit[row], strength?.[row]],
  levels: [stop, trail, target].map((line) => line?.[row] ?? Number.NaN),
});

/** How the last candles before a row's end differ from all of them, as a text; empty when they do not. */
function differenceAt(
  strategy: Strategy,
  params: Params,
  { all, whole, row }: { all: Candles; whole: Signals; row: number },
) {
  const window = sliceCandles(all, row + 1 - LOOKBACK_ROWS, row + 1);
  const seen = lastOf(strategy.prepare(window, params), LOOKBACK_ROWS - 1);
  const told = lastOf(whole, row);
  const errorMax = LEVEL_ERROR_MAX * (all.close[row] ?? 0);
  const isNear = seen.levels.every((level, i) => {
    const other = told.levels[i] ?? Number.NaN;
    return Object.is(level, other) || Math.abs(level - other) <= errorMax;
  });
  const isSame = isNear && seen.said.every((value, i) => value === told.said[i]);
  return isSame ? '' : `row ${row}: ${JSON.stringify(seen)}, of all ${JSON.stringify(told)}`;
}

/** Some rows of any kind, and some on which it votes or leaves. */
function rowsOf(whole: Signals, picks: readonly number[]): readonly number[] {
  const busy = [...indexesOf(whole.vote, 1), ...indexesOf(whole.vote, -1), ...indexesOf(whole.exit, 1)];
  const known = busy.filter((row) => row >= LOOKBACK_ROWS);
  const any = picks.map((pick) => LOOKBACK_ROWS + (pick % (ROWS - LOOKBACK_ROWS)));
  return known.length === 0 ? any : [...any, ...picks.map((pick) => known[pick % known.length] ?? ROWS - 1)];
}

function differences(
  strategy: Strategy,
  params: Params,
  { seed, picks }: { seed: number; picks: readonly number[] },
) {
  const all = walk(seed, ROWS);
  const whole = strategy.prepare(all, params);
  return rowsOf(whole, picks)
    .map((row) => differenceAt(strategy, params, { all, whole, row }))
    .filter((text) => text !== '');
}

const markets = fc.record({ seed: fc.integer(), picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }) });

describe.each(strategies)('$id', (strategy) => {
  it('says over the last 720 candles what it says over all, with any parameters that are accepted', () => {
    fc.assert(
      fc.property(accepted(strategy), markets, (params, market) => {
        expect(differences(strategy, strategy.params.parse(params) as Params, market)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('looks back at least as far as its warm-up', () => {
    fc.assert(
      fc.property(accepted(strategy), (params) => {
        expect(needOf(strategy, params)).toBeLessThanOrEqual(LOOKBACK_ROWS);
        expect(strategy.lookback?.(params, '4h')).toBeGreaterThan(strategy.warmup(params, '4h'));
      }),
    );
  });
});

// What is refused is refused for a reason: the same question has another answer.
it.each([
  ['supertrend', { range: 300 }],
  ['supertrend', { distance: 30 }],
  ['trend_ema', { slow: 500 }],
  ['turtle', { range: 100 }],
  ['velociraptor', { index: 250 }],
])('%s with %j would say something else', (id, change) => {
  const strategy = findStrategy(id);
  if (strategy === undefined) throw new Error(`no ${id}`);
  expect(isAccepted(strategy, change)).toBe(false);
  const params = strategy.params.parse(change) as Params;
  const picks = Array.from({ length: 200 }, (_, i) => 7 * i);
  expect(differences(strategy, params, { seed: 1, picks })).not.toEqual([]);
});
