/** Compares as the bytes of UTF-8 do; JavaScript itself compares units of UTF-16. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
