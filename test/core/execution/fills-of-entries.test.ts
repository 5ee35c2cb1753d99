import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import type { LimitOrder, MarketOrder, OrderOutcome } from '../../../shared/core/execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../../../shared/core/execution/fills.ts';
import { paidRules } from '../../helpers/fill-case.ts';

const rules = paidRules(2);
const quantity = unitsOf('1');
const entry: MarketOrder = { id: 'entry', kind: 'market', side: 'buy', quantity, isEntry: true };
const exit: MarketOrder = { id: 'exit', kind: 'market', side: 'sell', quantity, isEntry: false };
const bid: LimitOrder = { id: 'bid', kind: 'limit', side: 'buy', quantity, price: 98 };

const candle = (open: number, high: number, low: number, close: number, volume = 1000): FillCandle => ({
  ...{ open, high, low, close, volume },
});
const quiet = candle(100, 101, 99, 100);

/** Outcomes as one line each: `id status`, then price × quantity, cost and fee. */
const spell = (outcomes: readonly OrderOutcome[]) =>
  outcomes.map(({ orderId, status, fill, level }) =>
    [
      `${orderId} ${status}`,
      fill && `${fill.step} ${textOf(fill.price)} × ${textOf(fill.quantity)} = ${textOf(fill.cost)}`,
      fill && `fee ${textOf(fill.fee)}`,
      level,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  );

describe('a post-only limit', () => {
  const resting: LimitOrder = { ...bid, isPostOnly: true };
  const gapped = candle(96, 97, 95, 96);

  it('fills at no open, and inside the candle at its limit, for the fee of a maker', () => {
    expect(spell(fillAtOpen([resting], gapped, rules))).toEqual([]);
    // 98 × 0.0025.
    expect(spell(fillInRange([resting], gapped, rules))).toEqual([
      'bid filled, RANGE 98 × 1 = 98, fee 0.245',
    ]);
    expect(spell(fillInRange([resting], candle(98, 99, 97.99, 98), rules))).toHaveLength(1);
    expect(spell(fillInRange([resting], candle(98, 99, 98, 98), rules))).toEqual([]);
  });

  it('buys no more than its budget pays, and the rest rests on', () => {
    // Half of 98.245.
    const poor = { ...resting, budget: unitsOf('49.1225') };
    expect(spell(fillInRange([poor], gapped, rules))).toEqual(['bid open, RANGE 98 × 0.5 = 49, fee 0.1225']);
    expect(spell(fillInRange([{ ...resting, budget: 0n }], gapped, rules))).toEqual([]);
  });
});

describe('a market order with a limit', () => {
  const capped: MarketOrder = { ...entry, limitPrice: 100 };

  it('meets no open beyond it, and pays half-spread and slippage on top of one at it', () => {
    expect(spell(fillAtOpen([capped], candle(100.01, 101, 99, 100), rules))).toEqual(['entry expired']);
    expect(spell(fillAtOpen([capped], quiet, rules))).toEqual([
      'entry filled, OPEN 100.03 × 1 = 100.03, fee 0.40012',
    ]);
  });

  it('that sells goes on to the next open', () => {
    const least: MarketOrder = { ...exit, limitPrice: 100 };
    expect(spell(fillAtOpen([least], candle(99.99, 101, 99, 100), rules))).toEqual([]);
    expect(spell(fillAtOpen([least], quiet, rules))).toHaveLength(1);
  });
});
