import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/core/config.ts';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { marketRules } from '../../../shared/core/decision/rules.ts';

const config = parseConfig(
  {
    symbols: ['BTC/USD'],
    markets: {
      'BTC/USD': {
        tickDecimals: 1,
        lotDecimals: 8,
        minQuantity: '0.00005',
        minCost: '0.5',
        halfSpreadBps: 1,
      },
    },
    strategies: {},
  },
  'test',
);

describe('the rules of a market', () => {
  const { instrument, fill, decide } = marketRules(config, 'BTC/USD');

  it('spell Kraken’s rules and fees as decimals', () => {
    expect(instrument).toEqual({
      symbol: 'BTC/USD',
      tickDecimals: 1,
      lotDecimals: 8,
      minQuantity: '0.00005',
      minCost: '0.5',
      makerFee: '0.0025',
      takerFee: '0.004',
    });
  });

  it('turn basis points into exact fractions', () => {
    expect(fill).toEqual({
      tickDecimals: 1,
      lotDecimals: 8,
      makerFee: unitsOf('0.0025'),
      takerFee: unitsOf('0.004'),
      halfSpread: unitsOf('0.0001'),
      slippage: unitsOf('0.0002'),
      stopSlip: unitsOf('0.001'),
      stopSlipFall: unitsOf('0.05'),
      volumeShare: unitsOf('0.05'),
    });
  });

  it('cost a taking entry its fee, half the spread and slippage', () => {
    expect(decide.takeCost).toBeCloseTo(0.0043, 15); // 0.4 % + 1 bp + 2 bps
    expect(decide).toMatchObject({ ensemble: config.ensemble, risk: config.risk, instrument });
  });

  it('do not exist of a market that is not configured', () => {
    expect(() => marketRules(config, 'ETH/USD')).toThrow('Bug: symbol ETH/USD without a market');
  });
});
