import { type Trouble, troubles } from './chance.ts';
import { type SeedOutcome, simulate } from './world.ts';

/** A seed that came to something that must not be. */
export interface FailedSeed {
  readonly seed: number;
  readonly message: string;
  readonly happened: readonly string[];
}

/** What many seeds came to. */
export interface Sweep {
  readonly seeds: number;
  readonly failed: readonly FailedSeed[];
  readonly runs: number;
  readonly orders: number;
  readonly fills: number;
  /** How often each trouble happened, in the order in which they are listed. */
  readonly counts: ReadonlyMap<Trouble, number>;
}

export const emptySweep: Sweep = {
  seeds: 0,
  failed: [],
  runs: 0,
  orders: 0,
  fills: 0,
  counts: new Map(troubles.map((trouble) => [trouble, 0])),
};

/**
 * Lets seeds happen, one after the other.
 * @param failuresMax ends after so many that failed
 */
export async function sweep(
  from: number,
  count: number,
  failuresMax = Number.POSITIVE_INFINITY,
): Promise<Sweep> {
  let all = emptySweep;
  for (let seed = from; seed < from + count && all.failed.length < failuresMax; seed++)
    all = together(all, sweepOf(await simulate(seed)));
  return all;
}

function sweepOf({ seed, failure, happened, ...rest }: SeedOutcome): Sweep {
  const failed = failure === undefined ? [] : [{ seed, message: failure.message, happened }];
  return { seeds: 1, failed, ...rest };
}

export function together(a: Sweep, b: Sweep): Sweep {
  return {
    seeds: a.seeds + b.seeds,
    failed: [...a.failed, ...b.failed],
    runs: a.runs + b.runs,
    orders: a.orders + b.orders,
    fills: a.fills + b.fills,
    counts: new Map([...a.counts].map(([trouble, count]) => [trouble, count + (b.counts.get(trouble) ?? 0)])),
  };
}

/** One line of counts, troubles last. */
export function told({ seeds, failed, runs, orders, fills, counts }: Sweep): string {
  const each = [...counts].map(([trouble, count]) => `${trouble} ${count}`).join(', ');
  return `${seeds} seeds, ${failed.length} failed: ${runs} runs, ${orders} orders, ${fills} fills; ${each}`;
}
