import { assert } from './assert.ts';

/** A number as the exchange spells it: digits, perhaps a point, never an exponent. */
export type DecimalText = string & { readonly __brand: 'DecimalText' };

/** An exact amount in units of 10⁻¹⁸: prices, quantities and money add up to the last unit. */
export type Units = bigint;

const PLACES = 18;
const ONE: Units = 10n ** 18n;
const POWERS = Array.from({ length: PLACES + 1 }, (_, places) => 10n ** BigInt(places));
const SPELLING = /^(-?)(\d+)(?:\.(\d{1,18}))?$/;

/** True when `text` spells a decimal of at most 18 places without an exponent. */
export function isDecimalText(text: string): text is DecimalText {
  return SPELLING.test(text);
}

/** Reads a decimal. @throws Error `Bug: …` when `text` is not one: check foreign text with `isDecimalText` first */
export function unitsOf(text: string): Units {
  const match = SPELLING.exec(text);
  assert(match !== null, `decimal '${text}'`);
  const [, sign, whole = '0', fraction = ''] = match;
  const magnitude = BigInt(whole) * ONE + BigInt(fraction.padEnd(PLACES, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** Spells units without trailing zeros: `1.5`, `0`, `-0.00004`. */
export function textOf(units: Units): DecimalText {
  const digits = (units < 0n ? -units : units).toString().padStart(PLACES + 1, '0');
  const whole = digits.slice(0, -PLACES);
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}` as DecimalText;
}

/** The float64 nearest to an exact amount; for sizes and signals, never for the books. */
export function numberOf(units: Units): number {
  return Number(`${units}e-${PLACES}`);
}

/**
 * The exact amount that a float64 spells: the shortest decimal that reads back as `value`.
 * Digits beyond 18 places are dropped.
 */
export function unitsOfNumber(value: number): Units {
  // Most prices and quantities have few places: below 10^15 steps the nearest step that reads back is the spelling.
  const steps = Math.round(value * 1e8);
  if (Math.abs(steps) < 1e15 && steps / 1e8 === value) return BigInt(steps) * 10_000_000_000n;
  assert(Number.isFinite(value), `amount ${value}`); // down here: to spell a number costs more than to convert it
  const text = dropToText(Math.abs(value), PLACES);
  return value < 0 ? -unitsOf(text) : unitsOf(text);
}

/** Product of two amounts; digits beyond 18 places go `'down'` (towards zero) or `'up'` (away from it). */
export function multiply(a: Units, b: Units, rounding: 'down' | 'up'): Units {
  const product = a * b;
  const quotient = product / ONE;
  if (rounding === 'down' || quotient * ONE === product) return quotient;
  return product < 0n ? quotient - 1n : quotient + 1n;
}

/** Quotient of two amounts, digits beyond 18 places dropped: for averages, and for what a budget affords. */
export function divide(a: Units, b: Units): Units {
  assert(b !== 0n, 'division by zero');
  return (a * ONE) / b;
}

/** The largest multiple of 10^-places that is not above `units` (not negative). */
export function floorTo(units: Units, places: number): Units {
  const step = stepOf(units, places);
  return (units / step) * step;
}

/** The smallest multiple of 10^-places that is not below `units` (not negative). */
export function ceilTo(units: Units, places: number): Units {
  const step = stepOf(units, places);
  return ((units + step - 1n) / step) * step;
}

function stepOf(units: Units, places: number): Units {
  const step = POWERS[PLACES - places];
  if (units < 0n || step === undefined) assert(false, `rounding of ${units} to ${places} places`);
  return step;
}

/**
 * Spells `value` with at most `places` decimals, dropping the rest.
 * Dropping, not rounding: an order must never exceed what risk allowed.
 *
 * @param value a price or quantity, finite and not negative
 * @param places decimals the exchange accepts for this pair, 0 to 18
 */
export function dropToText(value: number, places: number): DecimalText {
  assert(Number.isFinite(value) && value >= 0, `dropToText value ${value}`);
  assert(Number.isInteger(places) && places >= 0 && places <= PLACES, `dropToText places ${places}`);

  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits = '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift));
  const point = whole.length + Math.max(0, shift);

  const units = digits.slice(0, point);
  const decimals = digits.slice(point, point + places).padEnd(places, '0');
  return (places === 0 ? units : `${units}.${decimals}`) as DecimalText;
}
