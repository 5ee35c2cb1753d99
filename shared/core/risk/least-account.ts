import type { Config } from '../config.ts';
import { ceilTo, divide, type Units, unitsOf, unitsOfNumber } from '../decimal.ts';
import type { Instrument } from '../market/instruments.ts';
import { sizeEntry } from './size.ts';

/** The pair and the market that an account of unknown size would trade. */
export interface LeastInput {
  readonly instrument: Instrument;
  /** Price and ATR(14, 4h) in quote currency. */
  readonly price: number;
  readonly atr: number;
  readonly risk: Config['risk'];
  /** Taker fee + half-spread + slippage of an entry. */
  readonly takeCost: number;
}

/** Equity in quote currency from which on the least order of a pair can be placed. */
export interface LeastAccount {
  /** At the tightest stop, in a trend, and with no volatility that scales it down. */
  readonly atBest: number;
  /** At the widest stop, in a random walk, in the wildest market. */
  readonly atWorst: number;
}

/** The stop of an entry lies between one and four ATR away; a random walk halves the size. */
const TIGHTEST_ATRS = 1;
const WIDEST_ATRS = 4;
const RANDOM_WALK_SIZE = 0.5;

/** How large an account must be for the least order of a pair, by the very rules that size an entry. */
export function leastAccount(input: LeastInput): LeastAccount {
  return {
    atBest: equityFor(input, { atrs: TIGHTEST_ATRS, regimeSize: 1, volatility: Number.NaN }),
    atWorst: equityFor(input, {
      atrs: WIDEST_ATRS,
      regimeSize: RANDOM_WALK_SIZE,
      volatility: Number.POSITIVE_INFINITY,
    }),
  };
}

/** Sizes grow with the equity: what an equity of one may buy says what the least order asks for. */
function equityFor(
  { instrument, price, atr, risk, takeCost }: LeastInput,
  at: { readonly atrs: number; readonly regimeSize: number; readonly volatility: number },
): number {
  const stop = price - at.atrs * atr;
  if (!(stop > 0)) return Number.POSITIVE_INFINITY;
  const { notional } = sizeEntry(
    {
      equity: 1,
      exposure: 0,
      free: 1,
      entry: price,
      stop,
      risk: risk.riskPerTrade,
      regimeSize: at.regimeSize,
      correlationScale: 1,
      volatility: at.volatility,
      volatilityTarget: risk.volatilityTarget,
      maxSymbolFraction: risk.maxSymbolFraction,
      takeCost,
    },
    instrument,
  );
  const { minQuantity, minCost } = instrument;
  return Math.max(Number(minQuantity) * price, (Number(minCost) * price) / stop) / notional;
}

/** The least quantity, on the lot, of an order that costs enough at a price and above. */
export function leastQuantity(
  { minQuantity, minCost, lotDecimals }: Pick<Instrument, 'minQuantity' | 'minCost' | 'lotDecimals'>,
  price: number,
): Units {
  const least = unitsOf(minQuantity);
  const paying = divide(unitsOf(minCost), unitsOfNumber(price)) + 1n;
  return ceilTo(least > paying ? least : paying, lotDecimals);
}
