/** What a case gives or expects, by name. */
export type Given = Readonly<Record<string, unknown>>;

/** What our functions find for a case. */
export type Found = number | null | readonly Found[];

/** Plays a case: gives what it finds under the names of what is expected. */
export type Driver = (given: Given, expected: Given) => Readonly<Record<string, Found>>;

/** The numbers of a case by their names, in that order. */
export function numbersIn(given: Given, ...keys: readonly string[]): readonly number[] {
  return keys.map((key) => {
    const value = given[key];
    if (typeof value !== 'number') throw new Error(`no number '${key}'`);
    return value;
  });
}
