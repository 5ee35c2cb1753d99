import type { Vector } from './vectors.ts';

type Columns = readonly Float64Array[];
type Params = Readonly<Record<string, number>>;

/** What we give where an indicator divides nothing by nothing, and on which candles a line of it does. */
interface Answer {
  readonly ours: number | null;
  readonly isAskedFor: (line: string, i: number) => boolean;
}

const answers: Readonly<Record<string, (columns: Columns, params: Params) => Answer>> = {
  mfi: ([high, low, close, volume], { period = 0 }) => {
    const typical = (i: number) => ((high?.[i] ?? 0) + (low?.[i] ?? 0) + (close?.[i] ?? 0)) / 3;
    const isIdle = (i: number) => typical(i) === typical(i - 1) || volume?.[i] === 0;
    return { ours: 50, isAskedFor: (_, i) => last(period, i).every(isIdle) };
  },
  stoch: (columns, { k = 0, slowK = 0, d = 0 }) => stochastic(columns, k, { k: slowK, d: slowK + d - 1 }),
  stochf: (columns, { k = 0, d = 0 }) => stochastic(columns, k, { k: 1, d }),
};

/** A line has no value while one of the ranges that it averages is none. */
function stochastic([high, low]: Columns, candles: number, averaged: Params): Answer {
  const isStill = (i: number) => {
    const range = last(candles, i);
    return Math.max(...range.map((j) => high?.[j] ?? 0)) === Math.min(...range.map((j) => low?.[j] ?? 0));
  };
  return { ours: null, isAskedFor: (line, i) => last(averaged[line] ?? 0, i).some(isStill) };
}

const last = (count: number, i: number) => Array.from({ length: count }, (_, age) => i - age);

/**
 * The vector with our answer to 0/0 in place of another library's. A file whose market stands still throughout says
 * so itself; one whose market stands still for a while does not.
 */
export function answered(word: string, vector: Vector, columns: Columns): Vector {
  const answer = answers[word]?.(columns, vector.params);
  if (answer === undefined || vector.degenerate !== undefined) return vector;
  const lines = Object.entries(vector.expected).map(([name, values]) => [
    name,
    values.map((value, i) => (value !== null && answer.isAskedFor(name, i) ? answer.ours : value)),
  ]);
  return { ...vector, expected: Object.fromEntries(lines) };
}
