/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly figure: Figure;
  readonly unit: string;
  /** The least median that the first slice asks for. */
  readonly required?: number;
  /** What it compares with, and the like. */
  readonly remark?: string;
}

/** A rate or a cost, over several runs. */
interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** How often to run: first unmeasured, until the compiler has seen it, then measured. */
export interface Runs {
  readonly warmUps: number;
  readonly measured: number;
}

/** Milliseconds that `work` takes, a run each, ascending. */
export async function timesMs(work: () => unknown, { warmUps, measured }: Runs): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < warmUps + measured; run++) {
    const startMs = performance.now();
    await work();
    if (run >= warmUps) times.push(performance.now() - startMs);
  }
  return times.sort((a, b) => a - b);
}

/** What is done in a second, when a run does `count` of it. */
export function perSecond(count: number, times: readonly number[]): Figure {
  return figure(times.map((ms) => (1000 * count) / ms));
}

/** Nanoseconds that one of `count` takes. */
export function nanosecondsEach(count: number, times: readonly number[]): Figure {
  return figure(times.map((ms) => (1e6 * ms) / count));
}

/** How many times as long the work takes as its peer, by their medians. */
export function timesAsLong(times: readonly number[], peer: readonly number[]): number {
  return median(times) / median(peer);
}

function figure(values: readonly number[]): Figure {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}
