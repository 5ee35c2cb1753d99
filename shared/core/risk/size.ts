import { type DecimalText, dropToText } from '../decimal.ts';
import type { Instrument } from '../market/instruments.ts';

/** What a size is computed from; money in quote currency as float64, fractions of 1. */
export interface SizeInput {
  readonly equity: number;
  /** Cash that no order has reserved. */
  readonly free: number;
  readonly entry: number;
  readonly stop: number;
  readonly riskPerTrade: number;
  readonly regimeSize: number;
  readonly maxSymbolFraction: number;
  /** Taker fee + half-spread + slippage of the entry. */
  readonly takeCost: number;
}

/** The terms of a size in quote currency, and the least of them. */
export interface Size {
  /** Equity at risk between entry and stop. */
  readonly n1: number;
  /** Most of the equity in one symbol. */
  readonly n3: number;
  /** What free cash can pay, costs included. */
  readonly n5: number;
  readonly notional: number;
  readonly binding: 'N1' | 'N3' | 'N5';
  readonly quantity: DecimalText;
  /** Why it is too small to trade, or null. */
  readonly tooSmall: string | null;
}

/**
 * The quantity of an entry: the least of the terms, divided by the price, floored to the lot.
 * N2 (volatility) and N4 (exposure) come with the whole account.
 * @see spec: size
 */
export function sizeEntry(input: SizeInput, instrument: Instrument): Size {
  const { equity, free, entry, stop, riskPerTrade, regimeSize, maxSymbolFraction, takeCost } = input;
  const n1 = ((equity * riskPerTrade * entry) / Math.abs(entry - stop)) * regimeSize;
  const n3 = maxSymbolFraction * equity;
  const n5 = free / (1 + takeCost);
  const notional = Math.max(0, Math.min(n1, n3, n5));
  const binding = notional === n1 ? 'N1' : notional === n3 ? 'N3' : 'N5';
  const quantity = dropToText(notional / entry, instrument.lotDecimals);
  return { n1, n3, n5, notional, binding, quantity, tooSmall: tooSmall(Number(quantity), input, instrument) };
}

function tooSmall(quantity: number, { entry, stop }: SizeInput, instrument: Instrument): string | null {
  const { minQuantity, minCost } = instrument;
  if (quantity < Number(minQuantity)) return `quantity below the minimum of ${minQuantity}`;
  if (quantity * entry < Number(minCost)) return `cost below the minimum of ${minCost}`;
  if (quantity * stop < Number(minCost)) return `at its stop it could not be sold: cost below ${minCost}`;
  return null;
}
