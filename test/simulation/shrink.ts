import { Violation } from './violation.ts';
import { simulate } from './world.ts';

const RUNS_MAX = 400;

/**
 * Leaves out of a failing seed what it fails without, as far as that is found: halves first, then ever smaller parts.
 * @param happened names of all troubles of the seed
 * @returns those without any of which it does not fail in the same way
 */
export async function shrunk(seed: number, happened: readonly string[]): Promise<readonly string[]> {
  const wanted = kindOf((await simulate(seed)).failure);
  let runs = 0;
  const fails = async (only: readonly string[]): Promise<boolean> =>
    ++runs <= RUNS_MAX && kindOf((await simulate(seed, { only: new Set(only) })).failure) === wanted;
  let kept = happened;
  for (
    let length = Math.ceil(kept.length / 2);
    length >= 1;
    length = length === 1 ? 0 : Math.ceil(length / 2)
  )
    for (let from = 0; from < kept.length; ) {
      const fewer = kept.toSpliced(from, length);
      if (await fails(fewer)) kept = fewer;
      else from += length;
    }
  return kept;
}

/** Two failures are of one kind when they break the same demand, or throw in the same words. */
function kindOf(failure: Error | undefined): string | undefined {
  return failure instanceof Violation ? failure.invariant : failure?.message.slice(0, 40);
}
