import type { Feed } from '../../shared/app/trader.ts';
import { AppError } from '../../shared/core/errors.ts';
import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import {
  type Candle,
  type Candles,
  candlesOf,
  rowsBefore,
  sliceCandles,
} from '../../shared/core/market/candles.ts';
import { type Random, randomOf } from '../../shared/core/market/random.ts';
import {
  type EpochMs,
  HOUR_MS,
  MINUTE_MS,
  type Timeframe,
  timeframeMs,
} from '../../shared/core/market/timeframes.ts';

export const SYMBOLS = ['BTC/USD', 'ETH/USD'] as const;
/** Where each begins, and the least step of its price, in hundredths of a USD. */
const prices = { 'BTC/USD': { first: 2_000_000, step: 10 }, 'ETH/USD': { first: 100_000, step: 1 } } as const;
/** Rows of each timeframe that a decision sees: as few as carry one, for most of a seed's time goes into them. */
export const LOOKBACK_ROWS = 20;
export const TICK_TIMEFRAME = '5m' satisfies Timeframe;

/** What a strategy says at a candle is written into the fraction of its volume, which sums of whole volumes keep. */
const said = { long: 1 / 2, exit: 1 / 4 };

/** A trade of others at the exchange. */
export interface MarketTrade {
  readonly symbol: string;
  readonly atMs: EpochMs;
  /** Hundredths of a USD. */
  readonly cents: number;
  /** Thousandths of the base currency. */
  readonly thousandths: number;
}

/** All that others do, from the first minute to the last: nothing that we do changes it. */
export interface Market {
  readonly trades: readonly MarketTrade[];
  readonly candles: ReadonlyMap<string, ReadonlyMap<Timeframe, Candles>>;
}

/** So many minutes before the end the price stops moving, and nothing is wanted any more. */
const QUIET_MINUTES = 7;

interface Span {
  readonly startMs: EpochMs;
  readonly minutes: number;
}

/** Draws a market of some minutes, calm or wild. */
export function marketOf(seed: number, span: Span): Market {
  const all = SYMBOLS.map((symbol) => {
    const random = randomOf(seed, `market ${symbol}`);
    const { first } = prices[symbol];
    const trades = tradesOf(random, { symbol, ...span });
    return { symbol, trades, candles: candlesFrom(trades, { random, first, ...span }) };
  });
  return {
    trades: all.flatMap(({ trades }) => trades).sort((a, b) => a.atMs - b.atMs),
    candles: new Map(all.map(({ symbol, candles }) => [symbol, candles])),
  };
}

function tradesOf(
  random: Random,
  { symbol, startMs, minutes }: Span & { readonly symbol: (typeof SYMBOLS)[number] },
): readonly MarketTrade[] {
  const { first, step } = prices[symbol];
  const wildness = 0.0006 + 0.0025 * random.uniform();
  const trades: MarketTrade[] = [];
  let price = first;
  for (let minute = 0; minute < minutes; minute++) {
    const count = 2 + Math.floor(4 * random.uniform());
    for (let n = 0; n < count; n++) {
      const jump = random.uniform() < 0.008 ? 0.08 * (random.uniform() - 0.5) : 0;
      if (minute < minutes - QUIET_MINUTES) price *= 1 + wildness * random.normal() + jump;
      trades.push({
        symbol,
        atMs: startMs + minute * MINUTE_MS + Math.floor((MINUTE_MS * (n + random.uniform())) / count),
        cents: step * Math.max(1, Math.round(price / step)),
        thousandths:
          random.uniform() < 0.5
            ? 1 + Math.floor(300 * random.uniform())
            : 1000 * (1 + Math.floor(60 * random.uniform())),
      });
    }
  }
  return trades;
}

function candlesFrom(
  trades: readonly MarketTrade[],
  { random, first, startMs, minutes }: Span & { readonly random: Random; readonly first: number },
): ReadonlyMap<Timeframe, Candles> {
  const rows: Candle[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const openMs = startMs + minute * MINUTE_MS;
    const prices = trades
      .filter(({ atMs }) => atMs >= openMs && atMs < openMs + MINUTE_MS)
      .map(({ cents }) => cents / 100);
    const isSpoken = minute % 5 === 4 && minute < minutes - QUIET_MINUTES;
    const word = isSpoken ? wordAt(random, minute) : 0;
    rows.push({
      openMs,
      open: prices[0] ?? 0,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? 0,
      volume: 1000 + word,
    });
  }
  const exec = candlesOf([...calmBefore(startMs, '1m', first), ...rows]);
  const ticks = aggregateCandles(candlesOf(rows), { from: '1m', to: TICK_TIMEFRAME });
  return new Map<Timeframe, Candles>([
    ['1m', exec],
    [TICK_TIMEFRAME, joined(calmBefore(startMs, TICK_TIMEFRAME, first), ticks)],
    ['4h', riskCandles(rows, { startMs, first })],
  ]);
}

/** Mostly something is wanted, and in the first minutes always. */
function wordAt(random: Random, minute: number): number {
  const isLong = random.uniform() < (minute < 6 ? 0.9 : 0.7);
  const isExit = random.uniform() < 0.55;
  return (isLong ? said.long : 0) + (isExit ? said.exit : 0);
}

/** Whether the word is in what a candle of ticks says. */
export function says(word: keyof typeof said, volume: number): boolean {
  return Math.floor((volume % 1) / said[word]) % 2 === 1;
}

function calmBefore(startMs: EpochMs, timeframe: Timeframe, cents: number): readonly Candle[] {
  const lengthMs = timeframeMs[timeframe];
  const lastMs = Math.floor(startMs / lengthMs) * lengthMs;
  return Array.from({ length: LOOKBACK_ROWS }, (_, i) =>
    calm(lastMs - (LOOKBACK_ROWS - i) * lengthMs, cents / 100),
  );
}

/** A true range of 0.8 %. */
function calm(openMs: EpochMs, price: number): Candle {
  return { openMs, open: price, high: 1.004 * price, low: 0.996 * price, close: price, volume: 1000 };
}

/** The candle of 4h that closes within the span says where the price is then. */
function riskCandles(
  rows: readonly Candle[],
  { startMs, first }: { readonly startMs: EpochMs; readonly first: number },
): Candles {
  const nextMs = Math.floor(startMs / (4 * HOUR_MS)) * 4 * HOUR_MS;
  const last = rows.findLast(({ openMs }) => openMs < nextMs + 4 * HOUR_MS);
  return candlesOf([...calmBefore(startMs, '4h', first), calm(nextMs, last?.close ?? first / 100)]);
}

function joined(before: readonly Candle[], after: Candles): Candles {
  const rows = Array.from(after.openMs, (openMs, i) => ({
    openMs,
    open: after.open[i] ?? 0,
    high: after.high[i] ?? 0,
    low: after.low[i] ?? 0,
    close: after.close[i] ?? 0,
    volume: after.volume[i] ?? 0,
  }));
  return candlesOf([...before, ...rows]);
}

/** The candles as a worker gets them: one appears some seconds after its close. */
export function feedOf(market: Market, trueMs: () => EpochMs, lagMs: () => number): Feed {
  const of = (symbol: string, timeframe: Timeframe): Candles => {
    const found = market.candles.get(symbol)?.get(timeframe);
    if (found === undefined) throw new Error(`no ${timeframe} candles of ${symbol}`);
    return found;
  };
  const needClosed = (closeMs: EpochMs) => {
    if (trueMs() < closeMs + lagMs())
      throw new AppError('not-ready', 'The newest candle has not appeared.', 'It comes in a few seconds.');
  };
  return {
    async window({ symbol, timeframe, atMs, rows }) {
      const candles = of(symbol, timeframe);
      needClosed(atMs);
      const end = rowsBefore(candles, atMs - timeframeMs[timeframe] + 1);
      return sliceCandles(candles, Math.max(0, end - rows), end);
    },
    async execWindow({ symbol, fromMs, atMs }) {
      const candles = of(symbol, '1m');
      needClosed(Math.floor(atMs / MINUTE_MS) * MINUTE_MS);
      return sliceCandles(candles, rowsBefore(candles, fromMs), rowsBefore(candles, atMs - MINUTE_MS + 1));
    },
    async lastClose(symbol, atMs) {
      const candles = of(symbol, '1m');
      return candles.close[rowsBefore(candles, atMs - MINUTE_MS + 1) - 1] ?? Number.NaN;
    },
  };
}
