import { unitsOf } from '../../shared/core/decimal.ts';
import { candlesOf } from '../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { barsOf } from './bars.ts';
import type { FaultLevel } from './faults.ts';
import { type CandleMarket, candleMarket } from './market.ts';
import { krakenPairs } from './pairs.ts';
import { type KrakenWorld, krakenWorld } from './world.ts';

/** 2025-01-01T00:00Z: 720 4h candles after the first. */
export const MADE_START_MS = 1_735_689_600_000;

/** BTC and ETH in 4h candles of a slow wave, from 120 days before the start to 11 after it. */
function madeMarket(seed = 7): CandleMarket {
  const series = krakenPairs.slice(0, 2).map((pair, which) => {
    const base = which === 0 ? 50_000 : 3_000;
    const at = (i: number) => base * (1 + 0.05 * Math.sin(i / 9));
    const rows = Array.from({ length: 786 }, (_, i) => ({
      openMs: MADE_START_MS + (i - 720) * 4 * HOUR_MS,
      open: at(i),
      high: Math.max(at(i), at(i + 1)) * 1.004,
      low: Math.min(at(i), at(i + 1)) * 0.996,
      close: at(i + 1),
      volume: 50,
    }));
    return { pair, fourHours: barsOf(candlesOf(rows), '4h', pair.pairDecimals), days: [] };
  });
  return candleMarket({ seed, series });
}

/** A world on it with 10,000 USD. */
export function madeWorld(level: FaultLevel = 'none', seed = 7): KrakenWorld {
  return krakenWorld({
    seed,
    level,
    market: madeMarket(seed),
    startMs: MADE_START_MS,
    balances: { ZUSD: unitsOf('10000'), XXBT: 0n, XETH: 0n },
  });
}
