/** Something that must never be: the run of the seed ends here. */
class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

/** @throws Violation unless it holds */
export function demand(isSo: boolean, invariant: string, what: () => string): void {
  if (!isSo) throw new Violation(invariant, what());
}
