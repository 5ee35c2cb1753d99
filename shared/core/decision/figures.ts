import { type DecimalText, dropToText, textOf, unitsOf } from '../decimal.ts';
import { ceilToTick } from '../execution/levels.ts';

/** A figure as decimal text, rounded to the nearest. */
export function nearestText(value: number, places: number): DecimalText {
  const rounded = Math.round(Math.abs(value) * 10 ** places) / 10 ** places;
  const text = trimmed(dropToText(rounded, places));
  return value < 0 && text !== '0' ? (`-${text}` as DecimalText) : text;
}

/** The price of a stop, on the tick that is not looser. */
export function stopText(level: number, tickDecimals: number): DecimalText {
  return trimmed(dropToText(ceilToTick(level, tickDecimals), tickDecimals));
}

/** Decimal text without trailing zeros. */
export function trimmed(text: DecimalText): DecimalText {
  return textOf(unitsOf(text));
}

const PLACES = 6;

/** A ratio for a record: six places are more than anyone reads, and fewer than averages differ in. Null when not finite. */
export function ratio(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(PLACES));
}
