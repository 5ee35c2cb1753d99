import { type Units, unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import type { FillRules } from '../../shared/core/execution/costs.ts';
import type { Fill, RestingOrder } from '../../shared/core/execution/fill-orders.ts';
import { fillAtOpen, fillInRange } from '../../shared/core/execution/fills.ts';
import { cashAfter } from '../../shared/core/execution/ledger.ts';

/** Fees and slippage as fractions; what is left out is 0. */
export interface Charges {
  readonly takerFee?: number;
  readonly makerFee?: number;
  readonly slippage?: number;
}

/** A market of 18 places and more volume than anyone wants: nothing is rounded that a closed form would show. */
export function fineRules({ takerFee = 0, makerFee = 0, slippage = 0 }: Charges): FillRules {
  return {
    tickDecimals: 18,
    lotDecimals: 18,
    takerFee: unitsOfNumber(takerFee),
    makerFee: unitsOfNumber(makerFee),
    halfSpread: 0n,
    slippage: unitsOfNumber(slippage),
    stopSlip: 0n,
    stopSlipFall: 0n,
    volumeShare: unitsOf('1'),
  };
}

const VOLUME = 1e12;

/** The candle in which nothing happens but its open. */
const still = (price: number) => ({ open: price, high: price, low: price, close: price, volume: VOLUME });

function filled(order: RestingOrder, price: number, charges: Charges): Fill {
  const fill = fillAtOpen([order], still(price), fineRules(charges))[0]?.fill;
  if (fill === undefined) throw new Error(`${order.id} at ${price} did not fill`);
  return fill;
}

/** A market order for a quantity at the next open. */
export function traded(
  side: 'buy' | 'sell',
  { quantity, price, ...charges }: { readonly quantity: Units; readonly price: number } & Charges,
): Fill {
  return filled({ id: side, side, kind: 'market', isEntry: side === 'buy', quantity }, price, charges);
}

/** A purchase for all the cash there is. */
export function boughtFor(cash: Units, { price, ...charges }: { readonly price: number } & Charges): Fill {
  const quantity = unitsOf('1000000000');
  const order = { id: 'all', side: 'buy', kind: 'market', isEntry: true, quantity, budget: cash } as const;
  return filled(order, price, charges);
}

/** A limit order that the market trades through inside a candle. */
export function boughtAtLimit({
  quantity,
  price,
  ...charges
}: { readonly quantity: Units; readonly price: number } & Charges): Fill {
  const candle = { ...still(price * 1.01), low: price * 0.99 };
  const order = { id: 'limit', side: 'buy', kind: 'limit', quantity, price } as const;
  const fill = fillInRange([order], candle, fineRules(charges))[0]?.fill;
  if (fill === undefined) throw new Error(`the limit at ${price} did not fill`);
  return fill;
}

/** Cash after all of it was spent at one price and everything sold at another. */
export function afterRoundTrip(
  cash: Units,
  from: number,
  { to, ...charges }: { readonly to: number } & Charges,
) {
  const bought = boughtFor(cash, { price: from, ...charges });
  const sold = traded('sell', { quantity: bought.quantity, price: to, ...charges });
  return cashAfter(cashAfter(cash, 'buy', bought), 'sell', sold);
}
