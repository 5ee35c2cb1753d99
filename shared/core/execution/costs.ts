import {
  ceilTo,
  divide,
  floorTo,
  multiply,
  numberOf,
  type Units,
  unitsOf,
  unitsOfNumber,
} from '../decimal.ts';
import type { Side } from './fill-orders.ts';

/** What modelled fills of a market cost. Fractions are exact: 0.001 is 10^15 units. */
export interface FillRules {
  readonly tickDecimals: number;
  readonly lotDecimals: number;
  readonly takerFee: Units;
  readonly makerFee: Units;
  readonly halfSpread: Units;
  readonly slippage: Units;
  /** Least slip of a triggered stop, fraction of its trigger (of the open when that gapped it). */
  readonly stopSlip: Units;
  /** Slip of a stop triggered inside the candle, fraction of the candle's fall below the trigger. */
  readonly stopSlipFall: Units;
  /** Most of a candle's volume that one order takes, fraction. */
  readonly volumeShare: Units;
}

const WHOLE = unitsOf('1');

/** The smallest step of a price. */
export function tickOf(tickDecimals: number): Units {
  return ceilTo(1n, tickDecimals); // the first multiple of the tick above nothing
}

/** Puts a price on the tick against the trader: a buy pays more, a sell gets less. */
export function roundAgainst(side: Side, price: Units, tickDecimals: number): Units {
  return side === 'buy' ? ceilTo(price, tickDecimals) : floorTo(price, tickDecimals);
}

/** Price of a market order at the open: half-spread and slippage, once. */
export function marketPrice(side: Side, open: number, rules: FillRules): Units {
  return worsened(side, open, rules.halfSpread + rules.slippage, rules);
}

/** Price of a stop that the open gapped: its least slip from the open, and nothing else. */
export function gapPrice(side: Side, open: number, rules: FillRules): Units {
  return worsened(side, open, rules.stopSlip, rules);
}

/**
 * Price of a stop triggered inside a candle: the trigger less the larger of its two slips, and nothing else.
 * @param extreme how far the candle went: its low for a sell, its high for a buy
 */
export function stopPrice(side: Side, trigger: number, extreme: number, rules: FillRules): Units {
  const from = unitsOfNumber(trigger);
  const beyond = side === 'sell' ? from - unitsOfNumber(extreme) : unitsOfNumber(extreme) - from;
  const least = multiply(from, rules.stopSlip, 'up');
  const ofFall = multiply(beyond, rules.stopSlipFall, 'up');
  const slip = ofFall > least ? ofFall : least;
  return roundAgainst(side, side === 'sell' ? from - slip : from + slip, rules.tickDecimals);
}

/** Trigger of a trailing stop at its best price, on the tick that is nearer to the market. */
export function trailLevel(side: Side, best: number, fraction: Units, tickDecimals: number): number {
  const price = unitsOfNumber(best);
  return numberOf(
    side === 'sell'
      ? ceilTo(multiply(price, WHOLE - fraction, 'up'), tickDecimals)
      : floorTo(multiply(price, WHOLE + fraction, 'down'), tickDecimals),
  );
}

/** What of `quantity` an order may take from a candle of this volume, on the lot. */
export function takeable(quantity: Units, volume: number, rules: FillRules): Units {
  const share = floorTo(multiply(unitsOfNumber(volume), rules.volumeShare, 'down'), rules.lotDecimals);
  return quantity < share ? quantity : share;
}

/** The largest quantity on the lot whose cost and fee are within a budget. */
export function affordable(
  budget: Units,
  { price, feeRate }: { readonly price: Units; readonly feeRate: Units },
  lotDecimals: number,
): Units {
  const each = multiply(price, WHOLE + feeRate, 'up');
  return floorTo(divide(budget, each), lotDecimals);
}

/** Cost and fee of a fill: exact products; a digit beyond 10^-18 goes against the trader. */
export function costOf(side: Side, price: Units, quantity: Units, feeRate: Units) {
  const cost = multiply(price, quantity, side === 'buy' ? 'up' : 'down');
  return { cost, fee: multiply(cost, feeRate, 'up') };
}

function worsened(side: Side, open: number, fraction: Units, { tickDecimals }: FillRules): Units {
  const price = unitsOfNumber(open);
  const worse =
    side === 'buy' ? multiply(price, WHOLE + fraction, 'up') : multiply(price, WHOLE - fraction, 'down');
  return roundAgainst(side, worse, tickDecimals);
}
