import type { DecimalText } from '../decimal.ts';

/** Words one after the other: `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Money as a person writes it, in cents: `12,345.60`. */
export function money(amount: DecimalText): string {
  const [whole = '0', cents = ''] = amount.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents.padEnd(2, '0').slice(0, 2)}`;
}

/** A quantity with what it is of: `0.5 BTC`. */
export function quantityOf(symbol: string, quantity: DecimalText): string {
  return `${quantity} ${symbol.split('/')[0]}`;
}

/** A fraction for reading, to so many places of a percentage at most. */
export function percent(fraction: number | null, places: number): string {
  return fraction === null ? '–' : `${Number((100 * fraction).toFixed(places))} %`;
}
