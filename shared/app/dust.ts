import { unitsOf } from '../core/decimal.ts';
import { worthOf } from '../core/execution/ledger.ts';
import type { Position } from '../core/execution/position.ts';
import { rulesOf, type Trader } from './trader.ts';

/** Whether what is held is so little that the exchange takes no order of it, no stop either. */
export function isDust(
  trader: Pick<Trader, 'exchange' | 'rules'>,
  { plan, quantity, stop }: Position,
): boolean {
  if (!trader.exchange.hasMinimums) return false;
  const { minQuantity, minCost } = rulesOf(trader, plan.symbol).instrument;
  return quantity < unitsOf(minQuantity) || worthOf(quantity, stop) < unitsOf(minCost);
}
