import type { DecimalText } from '../decimal.ts';

/** What Kraken's AssetPairs says of a pair, and what modelled fills need to know of it. */
export interface Instrument {
  /** The pair in our spelling, base before quote: `BTC/USD`. */
  readonly symbol: string;
  /** Decimals of a price (`pair_decimals`); the tick size is 10^-tickDecimals. */
  readonly tickDecimals: number;
  /** Decimals of a quantity (`lot_decimals`). */
  readonly lotDecimals: number;
  /** Least quantity of an order in base currency (`ordermin`). */
  readonly minQuantity: DecimalText;
  /** Least cost of an order in quote currency (`costmin`). */
  readonly minCost: DecimalText;
  /** Fraction of the cost charged for a resting order. */
  readonly makerFee: DecimalText;
  /** Fraction of the cost charged for an order that takes. */
  readonly takerFee: DecimalText;
}

/** `BTC/USD` as a file, a key or an option spells it: `BTC-USD`. */
export function symbolKey(symbol: string): string {
  return symbol.replace('/', '-');
}
