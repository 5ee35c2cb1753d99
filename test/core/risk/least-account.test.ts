import { describe, expect, it } from 'vitest';
import { type DecimalText, textOf } from '../../../shared/core/decimal.ts';
import { leastAccount, leastQuantity } from '../../../shared/core/risk/least-account.ts';
import { sizeEntry } from '../../../shared/core/risk/size.ts';
import { worldConfig } from '../../helpers/world.ts';

const text = (value: string) => value as DecimalText;
const instrument = {
  symbol: 'BTC/USD',
  tickDecimals: 1,
  lotDecimals: 8,
  minQuantity: text('0.00005'),
  minCost: text('0.5'),
  makerFee: text('0.0025'),
  takerFee: text('0.004'),
};
const { risk } = worldConfig(['BTC/USD']);
const input = { instrument, price: 100_000, atr: 1_000, risk, takeCost: 0.0043 };

describe('the least account', () => {
  it('is what the least order asks for at the tightest and at the widest stop', () => {
    // The least order is 0.00005 × 100,000 = 5 USD. At a stop 1 % away half a per cent of the equity buys half of it:
    // 10 USD. At 4 % away an eighth, halved in a random walk to a sixteenth: 80 USD.
    const { atBest, atWorst } = leastAccount(input);
    expect(atBest).toBeCloseTo(10, 9);
    expect(atWorst).toBeCloseTo(80, 9);
  });

  it('is bound by the share of one symbol where stops are near, and by the least cost where that is more', () => {
    // At a stop 0.1 % away risk would allow five times the equity: half of it is the most.
    expect(leastAccount({ ...input, atr: 100 }).atBest).toBeCloseTo(10, 9);
    // A cost of 50 must be met at the stop too: 50 / 0.99 = 50.505 …, of which half of the equity is allowed.
    const dear = { ...instrument, minCost: text('50') };
    expect(leastAccount({ ...input, instrument: dear }).atBest).toBeCloseTo(101.0101, 4);
  });

  it('is endless where a stop would lie below nothing', () => {
    expect(leastAccount({ ...input, atr: 25_000 }).atWorst).toBe(Number.POSITIVE_INFINITY);
  });

  it('can just place that order, and one a little smaller cannot', () => {
    const { atBest } = leastAccount(input);
    const sized = (equity: number) =>
      sizeEntry(
        {
          equity,
          exposure: 0,
          free: equity,
          entry: input.price,
          stop: input.price - input.atr,
          risk: risk.riskPerTrade,
          regimeSize: 1,
          correlationScale: 1,
          volatility: Number.NaN,
          volatilityTarget: risk.volatilityTarget,
          maxSymbolFraction: risk.maxSymbolFraction,
          takeCost: input.takeCost,
        },
        instrument,
      ).tooSmall;
    expect([sized(atBest * 1.001), sized(atBest * 0.999)]).toEqual([
      null,
      'quantity below the minimum of 0.00005',
    ]);
  });
});

it('the least quantity costs enough, on the lot', () => {
  expect(textOf(leastQuantity(instrument, 100_000))).toBe('0.00005');
  // 0.5 / 3000 = 0.000166…, upward on four decimals.
  const coarse = { ...instrument, lotDecimals: 4 };
  expect(textOf(leastQuantity(coarse, 3_000))).toBe('0.0002');
});
