import { type DecimalText, dropToText } from '../decimal.ts';
import type { Instrument } from '../market/instruments.ts';

/** What a size is computed from; money in quote currency as float64, fractions of 1. */
export interface SizeInput {
  readonly equity: number;
  /** Worth of what is held, and of what entries of this tick will hold. */
  readonly exposure: number;
  /** Cash that no order has reserved. */
  readonly free: number;
  readonly entry: number;
  readonly stop: number;
  /** Equity at risk between entry and stop. */
  readonly risk: number;
  readonly regimeSize: number;
  readonly correlationScale: number;
  /** Annual volatility of the symbol, and the one up to which it is not scaled down. */
  readonly volatility: number;
  readonly volatilityTarget: number;
  readonly maxSymbolFraction: number;
  /** Taker fee + half-spread + slippage of the entry. */
  readonly takeCost: number;
}

/** The terms of a size in quote currency, and the least of them. */
export interface Size {
  /** Equity at risk between entry and stop. */
  readonly n1: number;
  /** Most of the equity in one symbol of this volatility. */
  readonly n2: number;
  /** Most of the equity in one symbol. */
  readonly n3: number;
  /** Equity that nothing stands in yet. */
  readonly n4: number;
  /** What free cash can pay, costs included. */
  readonly n5: number;
  readonly notional: number;
  readonly binding: (typeof terms)[number];
  readonly quantity: DecimalText;
  /** Why it is too small to trade, or null. */
  readonly tooSmall: string | null;
}

const terms = ['N1', 'N2', 'N3', 'N4', 'N5'] as const;

/** A symbol is never scaled down to less than this by its volatility. */
const VOLATILITY_SCALE_MIN = 0.25;

/**
 * The quantity of an entry: the least of the terms, divided by the price, floored to the lot. Of equal terms the
 * first is named.
 * @see spec: §9, size
 */
export function sizeEntry(input: SizeInput, instrument: Instrument): Size {
  const { equity, exposure, free, entry, stop, risk, regimeSize, correlationScale, takeCost } = input;
  const n1 = ((equity * risk * entry) / Math.abs(entry - stop)) * regimeSize * correlationScale;
  const n2 = equity * volatilityScale(input.volatility, input.volatilityTarget);
  const n3 = input.maxSymbolFraction * equity;
  const n4 = equity - exposure;
  const n5 = free / (1 + takeCost);
  const all = [n1, n2, n3, n4, n5];
  const least = Math.min(...all);
  const notional = Math.max(0, least);
  const binding = terms[all.indexOf(least)] ?? 'N1';
  const quantity = dropToText(notional / entry, instrument.lotDecimals);
  const isTooSmall = tooSmall(Number(quantity), input, instrument);
  return { n1, n2, n3, n4, n5, notional, binding, quantity, tooSmall: isTooSmall };
}

/**
 * Part of the equity that a symbol may take by its volatility: the target over it, a quarter at least, all at most.
 * @param volatility NaN scales nothing: whoever has too few candles for it does not enter anyway
 */
export function volatilityScale(volatility: number, target: number): number {
  if (Number.isNaN(volatility)) return 1;
  return Math.min(Math.max(target / volatility, VOLATILITY_SCALE_MIN), 1);
}

function tooSmall(quantity: number, { entry, stop }: SizeInput, instrument: Instrument): string | null {
  const { minQuantity, minCost } = instrument;
  if (quantity < Number(minQuantity)) return `quantity below the minimum of ${minQuantity}`;
  if (quantity * entry < Number(minCost)) return `cost below the minimum of ${minCost}`;
  if (quantity * stop < Number(minCost)) return `at its stop it could not be sold: cost below ${minCost}`;
  return null;
}
