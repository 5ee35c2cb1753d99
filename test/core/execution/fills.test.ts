import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import type {
  LimitOrder,
  MarketOrder,
  OrderOutcome,
  StopOrder,
  TrailingStopOrder,
} from '../../../shared/core/execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../../../shared/core/execution/fills.ts';
import { paidRules } from '../../helpers/fill-case.ts';

const rules = paidRules(2);
const quantity = unitsOf('1');
const entry: MarketOrder = { id: 'entry', kind: 'market', side: 'buy', quantity, isEntry: true };
const exit: MarketOrder = { id: 'exit', kind: 'market', side: 'sell', quantity, isEntry: false };
const stop: StopOrder = { id: 'stop', kind: 'stop', side: 'sell', quantity, price: 95, group: 'p' };
const target: LimitOrder = { id: 'target', kind: 'limit', side: 'sell', quantity, price: 105, group: 'p' };
const bid: LimitOrder = { id: 'bid', kind: 'limit', side: 'buy', quantity, price: 98 };
const trail: TrailingStopOrder = {
  ...{ id: 'trail', kind: 'trailing-stop', side: 'sell', quantity, price: 95 },
  trailFraction: unitsOf('0.05'),
};

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

describe('fees and prices of a fill', () => {
  // 100.03 × 0.004 = 0.40012; 98 → the better open 96 × 0.0025 = 0.24; 95 × 0.999 = 94.905 → 94.9.
  it('are the taker’s for a market order and a stop, the maker’s for a limit', () => {
    expect(spell(fillAtOpen([entry], quiet, rules))).toEqual([
      'entry filled, OPEN 100.03 × 1 = 100.03, fee 0.40012',
    ]);
    expect(spell(fillAtOpen([bid], candle(96, 99, 95, 98), rules))).toEqual([
      'bid filled, OPEN 96 × 1 = 96, fee 0.24',
    ]);
    expect(spell(fillInRange([stop], candle(100, 101, 95, 96), rules))).toEqual([
      'stop filled, RANGE 94.9 × 1 = 94.9, fee 0.3796',
    ]);
    expect(spell(fillInRange([target], candle(100, 105.01, 99, 104), rules))).toEqual([
      'target filled, RANGE 105 × 1 = 105, fee 0.2625',
    ]);
  });

  // Placed after the open at 107, the target takes what stands there: 107 × 0.004.
  it('are the taker’s for a limit that was placed beyond the market', () => {
    expect(spell(fillInRange([target], candle(107, 108, 106, 107), rules))).toEqual([
      'target filled, RANGE 107 × 1 = 107, fee 0.428',
    ]);
  });

  // 90 × 0.999 = 89.91: neither the trigger nor the fall to 80 counts.
  it('are those of the open when it gapped the stop', () => {
    const gap = candle(90, 97, 80, 96);
    expect(spell(fillAtOpen([stop], gap, rules))).toEqual([
      'stop filled, OPEN 89.91 × 1 = 89.91, fee 0.35964',
    ]);
    expect(spell(fillInRange([stop], gap, rules))).toEqual([
      'stop filled, RANGE 89.91 × 1 = 89.91, fee 0.35964',
    ]);
  });
});

describe('a limit', () => {
  it('needs the market to trade through it by a tick', () => {
    expect(fillInRange([target], candle(100, 105, 99, 104), rules)).toEqual([]);
    expect(fillAtOpen([target], candle(105, 106, 99, 104), rules)).toEqual([]);
    expect(fillInRange([bid], candle(100, 101, 98, 99), rules)).toEqual([]);
    expect(fillInRange([bid], candle(100, 101, 97.99, 99), rules)).toHaveLength(1);
    // Less than a tick through is a touch.
    expect(fillInRange([bid], candle(100, 101, 97.995, 99), rules)).toEqual([]);
  });

  it('compares by exact decimals, not by float sums', () => {
    // In float64 0.3 − 0.1 = 0.19999999999999998, and a low of 0.2 would not be a tick of 0.1 below 0.3.
    const low = fillInRange([{ ...bid, price: 0.3 }], candle(0.4, 0.4, 0.2, 0.3), paidRules(1));
    expect(low).toHaveLength(1);
  });
});

describe('one cancels the other', () => {
  const wild = candle(100, 106, 94, 103);

  it('lets the stop fill where both are in reach, whatever the order of the orders', () => {
    const expected = ['stop filled, RANGE 94.9 × 1 = 94.9, fee 0.3796', 'target cancelled'];
    expect(spell(fillInRange([stop, target], wild, rules))).toEqual(expected);
    expect(spell(fillInRange([target, stop], wild, rules))).toEqual(expected);
  });

  it('lets the target fill at the open that is beyond it', () => {
    const gap = candle(107, 108, 94, 96);
    const expected = ['target filled', 'stop cancelled'];
    const states = (outcomes: readonly OrderOutcome[]) => outcomes.map((o) => `${o.orderId} ${o.status}`);
    expect(states(fillAtOpen([stop, target], gap, rules))).toEqual(expected);
    expect(states(fillInRange([stop, target], gap, rules))).toEqual(expected);
  });

  it('ends what the same candle has moved or filled in part before', () => {
    const level = { ...trail, group: 'p' };
    // 0.95 × 106 = 100.7; 5 % of 8 = 0.4.
    expect(spell(fillInRange([level, target], candle(102, 106, 102, 104), rules))).toEqual([
      'trail open, 100.7',
      'target filled, RANGE 105 × 1 = 105, fee 0.2625',
      'trail cancelled',
    ]);
    expect(spell(fillInRange([stop, target], candle(107, 108, 94, 96, 8), rules))).toEqual([
      'target open, RANGE 107 × 0.4 = 42.8, fee 0.1712',
      'stop cancelled, RANGE 94.9 × 0.4 = 37.96, fee 0.15184',
      'target cancelled',
    ]);
  });

  it('ends only its own group', () => {
    const other = { ...target, id: 'other', group: 'q' };
    const outcomes = fillInRange([stop, target, other], wild, rules);
    expect(outcomes.map((o) => `${o.orderId} ${o.status}`)).toEqual([
      'stop filled',
      'target cancelled',
      'other filled',
    ]);
  });
});

describe('a trailing stop', () => {
  it('reports the level that the candle gave it', () => {
    expect(spell(fillInRange([trail], candle(105, 110, 105, 109), rules))).toEqual(['trail open, 104.5']);
    expect(fillInRange([trail], quiet, rules)).toEqual([{ orderId: 'trail', status: 'open', level: 95.95 }]);
    expect(fillInRange([{ ...trail, price: 99 }], candle(101, 102, 100, 101), rules)).toEqual([]);
  });

  // Raised to 114 by the high, closed at 101: out at 114 − max(0.114, 5 % of 114 − 100) = 113.3.
  it('is hit at the raised level when the close is under it', () => {
    expect(spell(fillInRange([trail], candle(100.5, 120, 100, 101), rules))).toEqual([
      'trail filled, RANGE 113.3 × 1 = 113.3, fee 0.4532',
    ]);
  });
});

describe('volume', () => {
  // 5 % of 8 = 0.4.
  const thin = candle(100, 101, 94, 96, 8);

  it('gives an order at most 5 %: the rest of an entry is cancelled, of an exit goes on', () => {
    expect(spell(fillAtOpen([entry, exit], thin, rules))).toEqual([
      'entry cancelled, OPEN 100.03 × 0.4 = 40.012, fee 0.160048',
      'exit open, OPEN 99.97 × 0.4 = 39.988, fee 0.159952',
    ]);
  });

  // 95 − max(0.095, 0.05) = 94.905 → 94.9.
  it('ends a triggered stop with its first part, and cancels its target', () => {
    expect(spell(fillInRange([stop, target], thin, rules))).toEqual([
      'stop cancelled, RANGE 94.9 × 0.4 = 37.96, fee 0.15184',
      'target cancelled',
    ]);
  });

  it('lets the rest of a target rest, and its stop with it', () => {
    expect(spell(fillInRange([stop, target], candle(100, 106, 99, 104, 8), rules))).toEqual([
      'target open, RANGE 105 × 0.4 = 42, fee 0.105',
    ]);
  });

  it.each([0, 1e-9])('of %d fills nothing: entries expire, exits and stops go on', (volume) => {
    const orders = [entry, exit, stop, target, bid, trail];
    const crash = candle(90, 110, 80, 90, volume);
    expect(spell(fillAtOpen(orders, crash, rules))).toEqual(['entry expired']);
    expect(fillInRange([stop, target, bid], crash, rules)).toEqual([]);
  });

  it('of 0 does not raise a trail', () => {
    expect(fillInRange([trail], { ...quiet, volume: 0 }, rules)).toEqual([]);
  });

  it('is missing in a hole: the stop waits for the next open and its gap', () => {
    const hole = candle(97, 97, 97, 97, 0);
    expect([...fillAtOpen([stop], hole, rules), ...fillInRange([stop], hole, rules)]).toEqual([]);
    expect(spell(fillAtOpen([stop], candle(90, 93, 88, 92), rules))).toEqual([
      'stop filled, OPEN 89.91 × 1 = 89.91, fee 0.35964',
    ]);
  });
});

describe('a budget', () => {
  // 100.03 + 0.40012.
  it('that holds cost and fee to the last unit buys all of it', () => {
    const enough = unitsOf('100.43012');
    expect(fillAtOpen([{ ...entry, budget: enough }], quiet, rules)[0]?.status).toBe('filled');
    // A coin costs 0.5 × (1 + 10⁻¹⁸), more than 18 places: dividing the budget by it would lose a lot.
    const odd = { ...rules, halfSpread: 0n, slippage: 0n, takerFee: 1n };
    const two = { ...entry, quantity: unitsOf('2'), budget: unitsOf('1') + 1n };
    expect(fillAtOpen([two], candle(0.5, 0.5, 0.5, 0.5), odd)[0]?.status).toBe('filled');
  });

  it('that holds less buys the lots that it pays, and the rest is cancelled', () => {
    const [outcome] = fillAtOpen([{ ...entry, budget: unitsOf('100.43012') - 1n }], quiet, rules);
    expect(outcome).toMatchObject({ status: 'cancelled', fill: { quantity: unitsOf('0.99999999') } });
  });

  it('that pays no lot buys nothing', () => {
    expect(fillAtOpen([{ ...entry, budget: 1n }], quiet, rules)).toEqual([
      { orderId: 'entry', status: 'expired' },
    ]);
  });
});

describe('a limit entry with its protective orders', () => {
  const onFill = [
    { ...stop, price: 92 },
    { ...target, price: 103 },
  ];
  const protectedBid: LimitOrder = { ...bid, onFill };
  const states = (given: FillCandle) =>
    fillInRange([protectedBid], given, rules).map((o) => `${o.orderId} ${o.status}`);

  it('meets its stop in the candle that filled it', () => {
    expect(states(candle(100, 101, 90, 93))).toEqual(['bid filled', 'stop filled', 'target cancelled']);
  });

  it('meets its target there only when the close proves it', () => {
    expect(states(candle(100, 104, 97, 103))).toEqual(['bid filled']);
    expect(states(candle(100, 104, 97, 103.01))).toEqual(['bid filled', 'target filled', 'stop cancelled']);
  });

  it('leaves them to the candle after the open that filled it', () => {
    expect(fillAtOpen([protectedBid], candle(96, 104, 90, 98), rules).map((o) => o.orderId)).toEqual(['bid']);
  });

  it('is in for the whole candle when it was placed beyond the market', () => {
    expect(states(candle(96, 104, 95, 98))).toEqual(['bid filled', 'target filled', 'stop cancelled']);
  });

  it('protects what was filled, not what was asked for', () => {
    const outcomes = fillInRange([protectedBid], candle(100, 101, 90, 93, 8), rules);
    expect(outcomes.map((o) => `${o.orderId} ${o.status} ${textOf(o.fill?.quantity ?? 0n)}`)).toEqual([
      'bid open 0.4',
      'stop filled 0.4',
      'target cancelled 0',
    ]);
  });

  it('enters once: what has ended has no second outcome', () => {
    const outcomes = fillInRange([protectedBid], candle(100, 101, 90, 93), rules);
    expect(new Set(outcomes.map((o) => o.orderId)).size).toBe(outcomes.length);
  });
});
