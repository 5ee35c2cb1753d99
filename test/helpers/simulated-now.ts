import { unitsOf } from '../../shared/core/decimal.ts';
import { candlesOf } from '../../shared/core/market/candles.ts';
import { type EpochMs, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { barsOf } from '../kraken-simulator/bars.ts';
import { demoKey } from '../kraken-simulator/keys.ts';
import { candleMarket } from '../kraken-simulator/market.ts';
import { krakenPairs } from '../kraken-simulator/pairs.ts';
import { krakenServer } from '../kraken-simulator/server.ts';
import { type KrakenWorld, krakenWorld } from '../kraken-simulator/world.ts';

const CANDLE_MS = 4 * HOUR_MS;
const CANDLES_BEFORE = 730;
const TICK_MS = 20;

/** BTC and ETH in 4h candles of a slow wave, from four months before an instant to a day after it. */
function marketAround(nowMs: EpochMs) {
  const firstMs = (Math.floor(nowMs / CANDLE_MS) - CANDLES_BEFORE) * CANDLE_MS;
  const series = krakenPairs.slice(0, 2).map((pair, which) => {
    const base = which === 0 ? 50_000 : 3_000;
    const at = (i: number) => base * (1 + 0.05 * Math.sin(i / 9));
    const rows = Array.from({ length: CANDLES_BEFORE + 7 }, (_, i) => ({
      openMs: firstMs + i * CANDLE_MS,
      open: at(i),
      high: Math.max(at(i), at(i + 1)) * 1.004,
      low: Math.min(at(i), at(i + 1)) * 0.996,
      close: at(i + 1),
      volume: 50,
    }));
    return { pair, fourHours: barsOf(candlesOf(rows), '4h', pair.pairDecimals), days: [] };
  });
  return candleMarket({ seed: 7, series });
}

/** A simulated Kraken on this machine, in the present. */
export interface SimulatedNow {
  readonly world: KrakenWorld;
  readonly baseUrl: string;
  readonly key: ReturnType<typeof demoKey>;
  close(): Promise<void>;
}

/** @param aheadMs how far its clock is ahead of ours */
export async function simulatedNow(
  keyOptions: Parameters<typeof demoKey>[0] = {},
  aheadMs = 0,
): Promise<SimulatedNow> {
  const presentMs = () => Date.now() + aheadMs;
  const startMs = presentMs();
  const market = marketAround(startMs);
  const balances = { ZUSD: unitsOf('10000'), XXBT: 0n, XETH: 0n };
  const world = krakenWorld({ seed: 7, level: 'none', market, startMs, balances });
  const key = demoKey(keyOptions);
  const server = await krakenServer({ world, keys: [key], port: 0, hasControl: false, silence: 'close' });
  const timer = setInterval(() => world.advance(presentMs()), TICK_MS);
  return {
    world,
    key,
    baseUrl: server.baseUrl,
    close: async () => {
      clearInterval(timer);
      await server.close();
    },
  };
}
