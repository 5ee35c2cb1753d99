/**
 * Ends a program that has a bug: the condition can be false only when our own code is wrong.
 * @throws Error `Bug: …` when `condition` is false
 */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`Bug: ${what}`);
}
