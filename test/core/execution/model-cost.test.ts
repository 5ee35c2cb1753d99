import { describe, expect, it } from 'vitest';
import { textOf, unitsOf, unitsOfNumber } from '../../../shared/core/decimal.ts';
import type { FillRules } from '../../../shared/core/execution/costs.ts';
import {
  type ModelledFill,
  type ModelledOrder,
  medianOf,
  modelCandleMs,
  overModel,
  summaryOf,
} from '../../../shared/core/execution/model-cost.ts';
import { MINUTE_MS } from '../../../shared/core/market/timeframes.ts';

/** Half-spread and slippage make 10 bps together; a stop slips 10 bps, or 5 % of the fall below it. */
const rules: FillRules = {
  tickDecimals: 2,
  lotDecimals: 8,
  takerFee: unitsOf('0.004'),
  makerFee: unitsOf('0.0025'),
  halfSpread: unitsOf('0.0008'),
  slippage: unitsOf('0.0002'),
  stopSlip: unitsOf('0.001'),
  stopSlipFall: unitsOf('0.05'),
  volumeShare: unitsOf('0.05'),
};
const noon = Date.UTC(2026, 0, 5, 12);

function order(
  kind: ModelledOrder['kind'],
  side: 'buy' | 'sell',
  price: string | null = null,
): ModelledOrder {
  const units = price === null ? null : unitsOf(price);
  return {
    kind,
    side,
    decidedMs: noon,
    triggerPrice: kind === 'stop' ? units : null,
    limitPrice: kind === 'stop' ? null : units,
  };
}

/** A fill of 2 at a price, with the fee that was charged. */
function fill(
  price: string,
  fee: string,
  atMs = noon + 1_700,
  step: 'OPEN' | 'RANGE' = 'OPEN',
): ModelledFill {
  return {
    atMs,
    step,
    price: unitsOf(price),
    quantity: unitsOf('2'),
    cost: 2n * unitsOf(price),
    fee: unitsOf(fee),
  };
}

function compared(one: ModelledOrder, got: ModelledFill, open: number, low = open) {
  const { price, bps, cost } = overModel(one, got, { candle: { open, low }, rules });
  return { price: textOf(price), bps, cost: textOf(cost) };
}

describe('what a fill cost over the model', () => {
  it('of a purchase is counted from the open after the decision with half-spread and slippage', () => {
    // The model buys at 1000 × 1.001 = 1001 and pays 2 × 1001 × 0.004 = 8.008. Really 1002.001: 10 bps more,
    // 2 × 1.001 = 2.002 dearer, and 0.01 more of a fee.
    expect(compared(order('market', 'buy'), fill('1002.001', '8.018'), 1000)).toEqual({
      price: '1001',
      bps: 10,
      cost: '2.012',
    });
    expect(compared(order('capped', 'buy', '1005'), fill('1002.001', '8.018'), 1000).bps).toBe(10);
  });

  it('of a sale is what was not got, and below 0 where the market was kinder', () => {
    // The model sells at 1000 × 0.999 = 999 for 1998, fee 7.992; really at 1000.998 for 2001.996, fee 7.992.
    expect(compared(order('market', 'sell'), fill('1000.998', '7.992'), 1000)).toEqual({
      price: '999',
      bps: -20,
      cost: '-3.996',
    });
  });

  it('of a limit is counted from its own price and the maker’s fee', () => {
    // 2 × 999.99 × 0.0025 = 4.99995.
    expect(compared(order('limit', 'buy', '999.99'), fill('999.99', '4.99995'), 1000)).toEqual({
      price: '999.99',
      bps: 0,
      cost: '0',
    });
  });

  it.each([
    // Within the candle: the least slip is 900 × 0.001 = 0.9, of a fall of 10 the twentieth is 0.5.
    ['that hardly fell', 1000, 890, '899.1'],
    // A fall of 100 below the trigger: 5.
    ['that fell deep', 1000, 800, '895'],
    // The candle does not show the trade that triggered it.
    ['that did not reach it', 1000, 901, '899.1'],
    // 880 × 0.999 = 879.12.
    ['whose open gapped it', 880, 870, '879.12'],
  ])('of a stop at 900 in a candle %s is counted from the model of a stop', (_, open, low, price) => {
    expect(compared(order('stop', 'sell', '900'), fill(price, '0'), open, low)).toMatchObject({
      price,
      bps: 0,
    });
  });
});

describe('the candle in which the model fills', () => {
  it('is the one that opens at the decision for what takes, whenever it filled', () => {
    for (const kind of ['market', 'capped', 'limit'] as const)
      expect(modelCandleMs(order(kind, 'buy'), fill('1', '0', noon + 7 * MINUTE_MS), MINUTE_MS)).toBe(noon);
  });

  it('of a stop is the one that it filled in, of which the model books the end', () => {
    const of = (atMs: number, step: 'OPEN' | 'RANGE') =>
      modelCandleMs(order('stop', 'sell', '1'), fill('1', '0', atMs, step), MINUTE_MS);
    expect(of(noon + MINUTE_MS, 'RANGE')).toBe(noon);
    expect(of(noon + 1, 'RANGE')).toBe(noon);
    expect(of(noon + MINUTE_MS, 'OPEN')).toBe(noon + MINUTE_MS);
    expect(of(noon + MINUTE_MS + 1, 'OPEN')).toBe(noon + MINUTE_MS);
  });
});

describe('the summary of fills', () => {
  it('has the middle one of an odd count, the mean of the two in the middle of an even one', () => {
    expect([[], [3], [9, -1, 2], [4, 1, 3, 2]].map(medianOf)).toEqual([null, 3, 2, 2.5]);
  });

  it('adds what they cost', () => {
    const all = [1, -3, 8].map((bps) => ({ bps, cost: unitsOfNumber(bps) }));
    expect(summaryOf(all)).toEqual({ fills: 3, medianBps: 1, cost: unitsOf('6') });
    expect(summaryOf([])).toEqual({ fills: 0, medianBps: null, cost: 0n });
  });
});
