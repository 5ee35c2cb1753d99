const EDITS_MAX = 3;

/**
 * The names that were probably meant: they differ in at most a third of their letters and in three of them. Capitals
 * and separators do not count, so `risk_per_trade` is `riskPerTrade`.
 * @returns none when none is near enough; several when they are equally near
 */
export function nearest(word: string, names: readonly string[]): readonly string[] {
  const plain = plainOf(word);
  let found: string[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const other = plainOf(name);
    const most = Math.min(EDITS_MAX, Math.floor(Math.max(plain.length, other.length) / 3));
    if (Math.abs(plain.length - other.length) > most) continue;
    const edits = editsBetween(plain, other);
    if (edits > most || edits > fewest) continue;
    found = edits < fewest ? [name] : [...found, name];
    fewest = edits;
  }
  return found;
}

/** ` (did you mean 'threshold'?)`, to put behind a message; empty when no name is near enough. */
export function didYouMean(word: string, names: readonly string[]): string {
  return meant(nearest(word, names));
}

/** The same of names that were found otherwise. */
export function meant(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (did you mean '${names.join("' or '")}'?)`;
}

function plainOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/**
 * How many letters must be added, dropped, replaced or swapped with their neighbour to turn one word into the other.
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance, "optimal string alignment distance"
 */
export function editsBetween(a: string, b: string): number {
  let older: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? older[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    older = above;
    above = row;
  }
  return above[b.length]!;
}
