import { paperExchange } from '../../shared/adapters/paper/exchange.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { liveFeed } from '../../shared/app/live-feed.ts';
import { catchUp, type PaperLoop } from '../../shared/app/paper-loop.ts';
import { type Kept, readResults } from '../../shared/app/results.ts';
import type { Scheduled } from '../../shared/app/scheduled.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import { AppError } from '../../shared/core/errors.ts';
import { type Candle, candlesOf } from '../../shared/core/market/candles.ts';
import { DAY_MS, type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { CandleRequest, CandleSource } from '../../shared/ports/candle-source.ts';
import { memoryObjectStore } from './memory-object-store.ts';
import { SCRIPT_START_MS, scriptedInstances } from './script.ts';
import { LEASE_MS, WALL_MS, worldConfig } from './world.ts';

/** A market of the present whose present the test moves. Times are hours after 2024-01-31T00:00Z. */
export interface LiveMarket {
  /** Price from an hour on, of one symbol. Before the first one it is 100. */
  readonly prices: Readonly<Record<string, readonly (readonly [hour: number, price: number])[]>>;
  /** What a scripted strategy says at the 4h candle that closes at this hour, of BTC/USD: see script.ts. */
  readonly says?: Readonly<Record<number, string>>;
  /** The same of ETH/USD. */
  readonly saysEther?: Readonly<Record<number, string>>;
}

const ROWS = 720;
const SYMBOLS = ['BTC/USD', 'ETH/USD'];
const saidVolumes: Readonly<Record<string, number>> = {
  'trend:long': 1 / 2,
  'trend:exit': 1 / 4,
  'turtle:long': 1 / 16,
};

/** The instant of an hour, of a minute and of a second after it. */
export const at = (hour: number, minute = 0, second = 0): EpochMs =>
  SCRIPT_START_MS + ((hour * 60 + minute) * 60 + second) * 1000;

/**
 * Candles of any timeframe over prices that stay where they are until they jump; each reaches half a percent above
 * and below. As Kraken it has the newest 720 of each timeframe.
 */
export function sourceOf({ prices, says = {}, saysEther = {} }: LiveMarket) {
  const calls: CandleRequest[] = [];
  /** Candles that closed and have not appeared: `BTC/USD 4h 4`. */
  const withheld = new Set<string>();
  /** Timeframes that cannot be had. */
  const broken = new Set<Timeframe>();
  const levels = (symbol: string, fromMs: EpochMs, toMs: EpochMs) => {
    const jumps = (prices[symbol] ?? []).map(([hour, price]) => ({ ms: at(hour), price }));
    const before = jumps.findLast(({ ms }) => ms <= fromMs)?.price ?? 100;
    return [before, ...jumps.filter(({ ms }) => ms > fromMs && ms < toMs).map(({ price }) => price)];
  };
  const candle = (symbol: string, timeframe: Timeframe, openMs: EpochMs): Candle => {
    const closeMs = openMs + timeframeMs[timeframe];
    const passed = levels(symbol, openMs, closeMs);
    const said = symbol === 'BTC/USD' ? says : saysEther;
    const word = timeframe === '4h' ? said[(closeMs - at(0)) / at1h] : undefined;
    return {
      openMs,
      open: passed[0] ?? 0,
      high: 1.005 * Math.max(...passed),
      low: 0.995 * Math.min(...passed),
      close: passed.at(-1) ?? 0,
      volume: 1000 + (saidVolumes[word ?? ''] ?? 0),
    };
  };
  const source: CandleSource = {
    name: 'fake',
    async closedCandles(request) {
      const { symbol, timeframe, fromMs, nowMs } = request;
      calls.push(request);
      if (broken.has(timeframe)) throw new AppError('source-unavailable', `no ${timeframe}`, 'wait');
      const length = timeframeMs[timeframe];
      const rows: Candle[] = [];
      const newest = Math.floor(nowMs / length) * length - length;
      for (let ms = Math.max(fromMs, newest - (ROWS - 1) * length); ms <= newest; ms += length) {
        const name = `${symbol} ${timeframe} ${(ms + length - at(0)) / at1h}`;
        if (!withheld.has(name)) rows.push(candle(symbol, timeframe, ms));
      }
      return candlesOf(rows);
    },
  };
  return { source, candle, calls, withheld, broken };
}

const at1h = at(1) - at(0);

interface LiveAccount {
  /** Replaces whole fields of the config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Without a store candles are asked for again and again, which is quicker here. */
  readonly isStoring?: boolean;
  /** As of an account that schedules wake, at any second of their minute, and now and then in vain. */
  readonly isScheduled?: boolean;
}

/** A paper account on such a market, as `start --source kraken` has it: exec candles of one minute. */
export function liveAccount(
  market: LiveMarket,
  { config: over = {}, isStoring = true, isScheduled = false }: LiveAccount = {},
) {
  const { source, candle, calls, withheld, broken } = sourceOf(market);
  let nowMs = at(0);
  const account = 'paper-test';
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const config = worldConfig(SYMBOLS, over);
  // Above the first trail, which stands at 0.96 × 100.5: so a stop that was never ratcheted stays one.
  const instances = scriptedInstances({ stop: 0.97 });
  const loopNow = (name = source.name): PaperLoop => {
    const candles = isStoring ? parquetCandleStore(objects, 'kraken') : undefined;
    const feed = liveFeed({ source, store: candles, execTimeframe: '1m', nowMs: () => nowMs });
    const exchange = paperExchange(store, account, (symbol) => marketRules(config, symbol).fill, {
      nowMs: () => nowMs,
      execMs: timeframeMs['1m'],
      ...(isScheduled && { stopGraceMs: 70_000 }),
    });
    const trader = {
      store,
      account,
      owner: 'test',
      leaseMs: LEASE_MS,
      wallMs: () => WALL_MS,
      hasEnded: () => false,
      config,
      configHash: 'config of the test',
      codeVersion: 'code of the test',
      instances,
      rules: new Map(SYMBOLS.map((symbol) => [symbol, marketRules(config, symbol)])),
      execMs: timeframeMs['1m'],
      lookbackRows: ROWS,
      feed,
      exchange,
      live: null,
    };
    const execCandle = (symbol: string, openMs: EpochMs) => feed.execCandle(symbol, openMs);
    return {
      paper: { trader, exchange, execCandle },
      feed,
      source: name,
      missedTimeframes: ['1m', '15m', '1h', '4h'],
      absenceMs: (isScheduled ? 2 : 1) * timeframeMs['1m'],
    };
  };
  const objects = memoryObjectStore();
  let loop = loopNow();
  return {
    calls,
    withheld,
    broken,
    store,
    account,
    /** The candles that are stored. */
    stored: () => parquetCandleStore(objects, 'kraken').list(),
    /** One turn of the loop at an instant. */
    async run(ms: EpochMs): Promise<void> {
      nowMs = ms;
      await catchUp(loop, ms);
    },
    /** The account as a schedule wakes it at an instant, in a run that may last so long. */
    scheduled(ms: EpochMs, over: Partial<Scheduled> = {}): Scheduled {
      nowMs = ms;
      return {
        store,
        account,
        instances,
        openLoop: async () => loopNow(),
        nowMs: () => nowMs,
        leftMs: () => 45_000,
        waitMs: async (wait) => {
          nowMs += wait;
        },
        hooks: {},
        ...over,
      };
    },
    /** Orders meet the open of a minute, and the program ends before its range. */
    async openOnly(ms: EpochMs): Promise<void> {
      nowMs = ms + timeframeMs['1m'];
      const candles = new Map(SYMBOLS.map((symbol) => [symbol, candle(symbol, '1m', ms)]));
      await loop.paper.exchange.meet('OPEN', { candleMs: ms, endMs: nowMs }, candles);
    },
    /** The program ends and begins again, perhaps on another source: what was in memory is gone. */
    restart(sourceName?: string): void {
      loop = loopNow(sourceName);
    },
    results: (): Promise<Kept> =>
      readResults(store, account, { fromMs: at(0) - DAY_MS, toMs: nowMs + DAY_MS }),
  };
}
