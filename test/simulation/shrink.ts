const TRIES_MAX = 400;

/**
 * Leaves out of what led to a failure whatever it fails without: halves first, then ever smaller parts.
 * @param happened names of all troubles
 * @param fails whether it fails in the same way when only these may happen
 * @returns troubles none of which can be left out, as far as some hundred tries find that
 */
export async function shrunk(
  happened: readonly string[],
  fails: (only: ReadonlySet<string>) => Promise<boolean>,
): Promise<readonly string[]> {
  let kept = happened;
  let tries = 0;
  for (
    let length = Math.ceil(kept.length / 2);
    length >= 1;
    length = length === 1 ? 0 : Math.ceil(length / 2)
  )
    for (let from = 0; from < kept.length && tries < TRIES_MAX; tries++) {
      const fewer = kept.toSpliced(from, length);
      if (await fails(new Set(fewer))) kept = fewer;
      else from += length;
    }
  return kept;
}
