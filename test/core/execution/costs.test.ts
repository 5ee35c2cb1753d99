import { describe, expect, it } from 'vitest';
import { textOf, type Units, unitsOf } from '../../../shared/core/decimal.ts';
import {
  costOf,
  type FillRules,
  gapPrice,
  marketPrice,
  stopPrice,
  takeable,
  tickOf,
  trailLevel,
} from '../../../shared/core/execution/costs.ts';
import { paidRules } from '../../helpers/fill-case.ts';

const rules = paidRules(4);
const onTick = (tickDecimals: number): FillRules => ({ ...rules, tickDecimals });
const spell = (units: Units) => textOf(units);

describe('the price of a market order', () => {
  // Half-spread 1 bp + slippage 2 bps of 100 = 0.03.
  it('is the open worsened once by half-spread and slippage', () => {
    expect(spell(marketPrice('buy', 100, rules))).toBe('100.03');
    expect(spell(marketPrice('sell', 100, rules))).toBe('99.97');
  });

  it('is rounded to the tick against us', () => {
    expect(spell(marketPrice('buy', 100, onTick(1)))).toBe('100.1');
    expect(spell(marketPrice('sell', 100, onTick(1)))).toBe('99.9');
    expect(spell(marketPrice('buy', 100, onTick(0)))).toBe('101');
    expect(spell(marketPrice('sell', 100, onTick(0)))).toBe('99');
  });
});

describe('the price of a triggered stop', () => {
  it('is 10 bps from an open that gapped it, and nothing else', () => {
    expect(spell(gapPrice('sell', 90, rules))).toBe('89.91');
    expect(spell(gapPrice('buy', 110, rules))).toBe('110.11');
  });

  // 10 bps of 95 = 0.095; 5 % of the fall 95 → 94 = 0.05, of 95 → 90 = 0.25.
  it('is the trigger less 10 bps of it or 5 % of the fall below it, whichever is more', () => {
    expect(spell(stopPrice('sell', 95, 95, rules))).toBe('94.905');
    expect(spell(stopPrice('sell', 95, 94, rules))).toBe('94.905');
    expect(spell(stopPrice('sell', 95, 90, rules))).toBe('94.75');
  });

  // 10 bps of 105 = 0.105; 5 % of the rise 105 → 110 = 0.25.
  it('is mirrored for a buy', () => {
    expect(spell(stopPrice('buy', 105, 105.5, rules))).toBe('105.105');
    expect(spell(stopPrice('buy', 105, 110, rules))).toBe('105.25');
  });

  it('is rounded to the tick against us', () => {
    expect(spell(stopPrice('sell', 95, 94, onTick(2)))).toBe('94.9');
    expect(spell(stopPrice('buy', 105, 105.5, onTick(2)))).toBe('105.11');
  });
});

describe('the level of a trailing stop', () => {
  const fraction = unitsOf('0.05');

  it('is the fraction below the highest price, above the lowest for a buy', () => {
    expect(trailLevel('sell', 110, fraction, 2)).toBe(104.5);
    expect(trailLevel('buy', 90, fraction, 2)).toBe(94.5);
  });

  // 111.37 × 0.95 = 105.8015; 91.13 × 1.05 = 95.6865.
  it('is rounded to the tick nearer to the market: never looser', () => {
    expect(trailLevel('sell', 111.37, fraction, 2)).toBe(105.81);
    expect(trailLevel('buy', 91.13, fraction, 2)).toBe(95.68);
  });
});

describe('what an order takes of a candle', () => {
  // 5 % of 1.2345 = 0.061725.
  it('is at most its volume share, floored to the lot', () => {
    const lots = { ...rules, lotDecimals: 2 };
    expect(spell(takeable(unitsOf('1'), 1.2345, lots))).toBe('0.06');
    expect(spell(takeable(unitsOf('0.05'), 1.2345, lots))).toBe('0.05');
    expect(spell(takeable(unitsOf('1'), 0.1, lots))).toBe('0');
  });
});

describe('cost and fee', () => {
  // 105 − 0.273 − 100 − 0.26 = 4.467.
  it('leave 4.467 of a trade from 100 to 105 at 0.26 % a side', () => {
    const rate = unitsOf('0.0026');
    const bought = costOf('buy', unitsOf('100'), unitsOf('1'), rate);
    const sold = costOf('sell', unitsOf('105'), unitsOf('1'), rate);
    expect(spell(sold.cost - sold.fee - bought.cost - bought.fee)).toBe('4.467');
  });

  // 67123.4 × 0.00012345 = 8.28638373 (671234 × 12345 = 8286383730); × 0.004 = 0.03314553492.
  it('are exact products', () => {
    const { cost, fee } = costOf('buy', unitsOf('67123.4'), unitsOf('0.00012345'), unitsOf('0.004'));
    expect([spell(cost), spell(fee)]).toEqual(['8.28638373', '0.03314553492']);
  });

  it('go against us by one unit where a product has more than 18 places', () => {
    const one = 1n;
    expect(costOf('buy', one, unitsOf('0.5'), unitsOf('0.004'))).toEqual({ cost: 1n, fee: 1n });
    expect(costOf('sell', one, unitsOf('0.5'), unitsOf('0.004'))).toEqual({ cost: 0n, fee: 0n });
  });

  // On a tick of one unit nothing else rounds: 1.0003 and 0.9997, 5 % and 1.05 units.
  it('lose what is beyond the last unit: a price against us, a share and a level downward', () => {
    const fine = { ...onTick(18), lotDecimals: 18 };
    expect(marketPrice('buy', 1e-18, fine)).toBe(2n);
    expect(marketPrice('sell', 1e-18, fine)).toBe(0n);
    expect(takeable(unitsOf('1'), 1e-18, fine)).toBe(0n);
    expect(trailLevel('buy', 1e-18, unitsOf('0.05'), 18)).toBe(1e-18);
  });

  it('are counted in ticks of any size', () => {
    expect([0, 2, 18].map((places) => spell(tickOf(places)))).toEqual(['1', '0.01', '0.000000000000000001']);
  });
});
