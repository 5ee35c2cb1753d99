import { type DecimalText, textOf, type Units, unitsOf } from '../core/decimal.ts';
import type { Account } from './account.ts';
import { rulesOf, type Trader } from './trader.ts';

/** A currency of which the venue holds less than the books say. */
export interface Shortfall {
  readonly currency: string;
  readonly booked: DecimalText;
  readonly held: DecimalText;
}

/** Cents that rounding may cost before dollars are missing. */
const CASH_DUST = unitsOf('0.5');

/**
 * Compares the books with what the venue holds, free and in orders, coin by coin. What is there besides is the owner's.
 * What lacks less than the least order of its pair is dust.
 * @see spec execution.md §8
 */
export function shortfalls(
  { cash, positions }: Account,
  {
    trader,
    balances,
  }: { readonly trader: Pick<Trader, 'rules'>; readonly balances: ReadonlyMap<string, DecimalText> },
): readonly Shortfall[] {
  const missing = (currency: string, booked: Units, dust: Units): readonly Shortfall[] => {
    const held = balances.get(currency) ?? ('0' as DecimalText);
    return booked - unitsOf(held) > dust ? [{ currency, booked: textOf(booked), held }] : [];
  };
  const coins = [...positions].flatMap(([symbol, { value }]) => {
    const { minQuantity } = rulesOf(trader, symbol).instrument;
    return missing(baseOf(symbol), value.quantity, unitsOf(minQuantity));
  });
  return [...missing('USD', cash.value, CASH_DUST), ...coins];
}

function baseOf(symbol: string): string {
  return symbol.slice(0, symbol.indexOf('/'));
}
