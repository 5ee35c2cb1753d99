/** The candles on which a column says `value`. */
export function indexesOf(column: ArrayLike<number>, value: number): readonly number[] {
  return Array.from(column).flatMap((one, i) => (one === value ? [i] : []));
}
