import type { Candles } from '../../shared/core/market/candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import { type KrakenPublic, krakenPublic } from '../helpers/kraken-public.ts';
import { type Market, minuteMarket } from './market.ts';

const SEED = 127;

/** The market of the seed: BTC/USD is entered at the first instant, ETH/USD at the second, nothing between. */
export const BTC_ENTRY_MS: EpochMs = Date.parse('2025-01-16T00:00:00Z');
export const ETH_ENTRY_MS: EpochMs = Date.parse('2025-01-17T00:00:00Z');

const pairs: Readonly<Record<string, string>> = { XXBTZUSD: 'BTC/USD', XETHZUSD: 'ETH/USD' };
const offered: readonly Timeframe[] = ['1m', '15m', '1h', '4h', '1d'];

/** Kraken on this machine, at the instant that `nowMs` tells. */
export interface LiveKraken extends KrakenPublic {
  readonly market: Market;
  /** The newest finished candle of these timeframes has not appeared yet; none: all have. */
  withhold(...timeframes: readonly Timeframe[]): void;
}

/** Starts a Kraken whose candles go up to the present of a clock. */
export async function liveKraken(nowMs: () => EpochMs): Promise<LiveKraken> {
  const market = minuteMarket(SEED);
  let withheld: readonly Timeframe[] = [];
  const candles: Record<string, Candles> = {};
  for (const [pair, symbol] of Object.entries(pairs))
    for (const timeframe of offered) {
      const length = timeframeMs[timeframe];
      // What has closed and not appeared is to Kraken the unfinished candle.
      const presentMs = () => nowMs() - (withheld.includes(timeframe) ? length : 0);
      Object.defineProperty(candles, `${pair}/${length / timeframeMs['1m']}`, {
        get: () => market.candles(symbol, timeframe, presentMs()),
      });
    }
  const server = await krakenPublic(candles);
  server.clock.nowMs = nowMs;
  return {
    ...server,
    market,
    withhold: (...timeframes) => {
      withheld = timeframes;
    },
  };
}
