import { runEngine } from '../core/backtest/engine.ts';
import type { EngineInput } from '../core/backtest/engine-run.ts';
import { isoInstant } from '../core/market/calendar.ts';
import { differingFields } from './differing-fields.ts';
import { bodyOf } from './items.ts';
import { fillOrder, type Kept } from './results.ts';

/** One field in which the engine and the replay disagree. */
interface Difference {
  readonly kind: 'decision' | 'fill' | 'mark';
  /** Time and symbol of what differs. */
  readonly at: string;
  /** Path of the field, such as `inputs.candles.0.rows`; empty when one side has nothing there. */
  readonly field: string;
  readonly engine: unknown;
  readonly replay: unknown;
}

/** The outcome of a comparison. */
export interface Parity {
  readonly differences: readonly Difference[];
  readonly compared: { readonly decisions: number; readonly fills: number; readonly marks: number };
}

/** Differences are named up to here; what follows the first ones follows from them. */
export const DIFFERENCES_MAX = 100;

/**
 * Runs the engine over what a replay saw and compares both, record by record: every decision with its inputs,
 * every fill and every equity mark, to the byte. Differences come in the order of the clock, causes before what
 * follows from them: the first one names what is wrong.
 */
export function compareWithEngine(kept: Kept, input: Omit<EngineInput, 'isRecording'>): Parity {
  const engine = runEngine({ ...input, isRecording: true });
  const differences = [
    ...compare('decision', engine.decisions, kept.decisions),
    ...compare('fill', [...engine.fills].sort(fillOrder), kept.fills),
    ...compare('mark', engine.marks, kept.marks),
  ];
  return {
    differences: differences.sort(byCause).slice(0, DIFFERENCES_MAX).map(shown),
    compared: {
      decisions: kept.decisions.length,
      fills: kept.fills.length,
      marks: kept.marks.length,
    },
  };
}

interface Timed {
  readonly atMs: number;
  readonly symbol?: string;
  readonly clientOrderId?: string;
  readonly step?: 'OPEN' | 'RANGE';
}

/** A difference with its places in the order of instants, of the steps of one instant, and of causes. */
interface Ranked extends Difference {
  readonly ranks: readonly number[];
}

function compare(
  kind: Difference['kind'],
  engine: readonly Timed[],
  replay: readonly Timed[],
): readonly Ranked[] {
  const key = ({ atMs, symbol = '', clientOrderId = '' }: Timed, index: number) =>
    kind === 'fill' ? `${clientOrderId} ${index}` : `${atMs} ${symbol}`;
  const ours = keyed(engine, key);
  const theirs = keyed(replay, key);
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const a = ours.get(name);
    const b = theirs.get(name);
    const one = a ?? b;
    if (one === undefined) return [];
    const at = `${isoInstant(one.atMs)} ${one.symbol ?? ''}`.trim();
    return differingFields(a && bodyOf(a), b && bodyOf(b)).map((each) => ({
      kind,
      at,
      field: each.field,
      engine: each.one,
      replay: each.other,
      ranks: [one.atMs, stepRank(kind, one), kind === 'decision' ? causeRank(each.field) : 0],
    }));
  });
}

function keyed(
  items: readonly Timed[],
  key: (item: Timed, index: number) => string,
): ReadonlyMap<string, Timed> {
  const seen = new Map<string, number>();
  return new Map(
    items.map((item) => {
      const { clientOrderId = '' } = item;
      const index = seen.get(clientOrderId) ?? 0;
      seen.set(clientOrderId, index + 1);
      return [key(item, index), item];
    }),
  );
}

/** What happens first at one instant: fills inside the candle that ends, its mark, the decision, fills at the open. */
function stepRank(kind: Difference['kind'], { step }: Timed): number {
  if (kind === 'fill') return step === 'RANGE' ? 0 : 3;
  return kind === 'mark' ? 1 : 2;
}

/** What a decision was given comes before what it made of it; rules and extent of the candles before the rest. */
const causes: readonly RegExp[] = [
  /^inputs\.(instrument|takeCost)/,
  /^inputs\.candles\.\d+\.lastMs/,
  /^inputs\.candles\.\d+\.rows/,
  /^inputs\.candles/,
  /^inputs/,
];

function causeRank(field: string): number {
  const rank = causes.findIndex((cause) => cause.test(field));
  return rank < 0 ? causes.length : rank;
}

function byCause(a: Ranked, b: Ranked): number {
  const [at = 0, step = 0, cause = 0] = a.ranks.map((rank, i) => rank - (b.ranks[i] ?? 0));
  return at || step || cause;
}

function shown({ ranks: _, ...difference }: Ranked): Difference {
  return difference;
}
