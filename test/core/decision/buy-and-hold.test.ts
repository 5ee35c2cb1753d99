import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/core/config.ts';
import { buyAndHold } from '../../../shared/core/decision/buy-and-hold.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { BARS_START_MS, barsOf } from '../../helpers/bars.ts';

const market = { tickDecimals: 1, lotDecimals: 8, minQuantity: '0.001', minCost: '0.5' };
const configOf = (cost: { fee: number; bps: number }) =>
  parseConfig(
    {
      markets: {
        'BTC/USD': { ...market, halfSpreadBps: cost.bps },
        'ETH/USD': { ...market, halfSpreadBps: cost.bps },
      },
      fees: { taker: cost.fee },
      costs: { slippageBps: cost.bps },
      strategies: {},
    },
    'test',
  );
const heldOf = (exec: { readonly [symbol: string]: Candles }, cost = { fee: 0, bps: 0 }) =>
  buyAndHold(
    configOf(cost),
    {
      execTimeframe: '1h',
      symbols: new Map(
        Object.entries(exec).map(([symbol, one]) => [symbol, { exec: one, series: new Map() }]),
      ),
    },
    { fromMs: BARS_START_MS + HOUR_MS, toMs: BARS_START_MS + 4 * HOUR_MS },
  );

describe('buying and holding', () => {
  // The span is the bars 1, 2 and 3; what is before and after it does not matter.
  const btc = barsOf('1h', '0:1 1:100 2:50 3:150 4:9');
  const eth = barsOf('1h', '0:1 1:40 2:50 3:30 4:9');

  it('goes from the first open of the span to its last close, in equal parts', () => {
    expect(heldOf({ 'BTC/USD': btc, 'ETH/USD': eth })).toEqual({
      equityFinal: '11250.00', // 5000 × 1.5 + 5000 × 0.75
      symbols: { 'BTC/USD': 0.5, 'ETH/USD': -0.25 },
    });
  });

  it('pays fee, half-spread and slippage twice', () => {
    // 0.99 × 0.98 / (1.01 × 1.02), with a fee of 1 % and 2 × 100 bps
    const { symbols } = heldOf({ 'BTC/USD': btc, 'ETH/USD': eth }, { fee: 0.01, bps: 100 });
    expect(symbols['BTC/USD']).toBeCloseTo(1.5 * 0.941759 - 1, 6);
    expect(symbols['ETH/USD']).toBeCloseTo(0.75 * 0.941759 - 1, 6);
  });
});
