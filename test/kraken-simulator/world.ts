import { divide, type Units, unitsOf } from '../../shared/core/decimal.ts';
import { type Random, randomOf } from '../../shared/core/market/random.ts';
import { type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { type KrakenBook, krakenBook } from './book.ts';
import {
  drawClockOffsetMs,
  drawFault,
  drawLag,
  drawSpan,
  type Fault,
  type FaultLevel,
  type FaultName,
  faultCounts,
  faultLevels,
  faultName,
} from './faults.ts';
import type { CandleMarket } from './market.ts';
import { nakedWatch } from './naked.ts';
import type { Lag } from './orders.ts';
import type { PairRules } from './pairs.ts';
import { tradesOf } from './path.ts';

interface WorldOptions {
  readonly seed: number;
  readonly level: FaultLevel;
  readonly market: CandleMarket;
  readonly startMs: EpochMs;
  readonly balances: Readonly<Record<string, Units>>;
}

/** A market, an account and the faults of a seed, in a time that only `advance` moves. */
export interface KrakenWorld {
  readonly book: KrakenBook;
  readonly market: CandleMarket;
  /** True time. */
  trueMs(): EpochMs;
  /** Time by the clock of the exchange, which may be off. */
  nowMs(): EpochMs;
  /** Moves time on: the market trades, what was delayed arrives. Never backwards, and no further than the candles. */
  advance(toMs: EpochMs): void;
  /** Has something done when so much time has passed. */
  later(delayMs: number, run: () => void): void;
  /** From now on so much goes wrong; what is under way goes on. */
  setLevel(level: FaultLevel): void;
  drawFault(): Fault;
  drawLag(): Lag;
  /** To be called after an order call. */
  look(): void;
  readonly counts: ReadonlyMap<FaultName, number>;
  readonly naked: ReturnType<typeof nakedWatch>['spans'];
}

interface Happening {
  readonly atMs: EpochMs;
  readonly run: () => void;
}

/** The world as it is at its start, with nothing done yet. */
export function krakenWorld(options: WorldOptions): KrakenWorld {
  const { seed, market, startMs } = options;
  let level = options.level;
  const chance = (stream: string) => randomOf(seed, `kraken/${stream}`);
  const [calls, lags, minutes] = [chance('calls'), chance('lags'), chance('minutes')];
  const counts = faultCounts();
  const count = (name: FaultName | undefined) => name && counts.set(name, (counts.get(name) ?? 0) + 1);
  const offsetMs = drawClockOffsetMs(chance('clock'), faultLevels[level]);
  if (offsetMs !== 0) count('clock-offset');

  const book = krakenBook({ balances: options.balances, pairs: market.pairs });
  const faultsSoFar = () => [...counts.values()].reduce((sum, one) => sum + one, 0);
  const watch = nakedWatch(book, faultsSoFar);
  const line = timeline();
  let now = startMs + offsetMs;
  let nextMinuteMs = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  for (const pair of market.pairs) openPair({ book, market }, pair, now);

  const beginMinute = (openMs: EpochMs) => {
    const span = drawSpan(minutes, faultLevels[level]);
    if (span && book.mode() === 'online') {
      book.setMode(span.mode);
      count(span.mode);
      line.add({ atMs: openMs + span.lengthMs, run: () => book.setMode('online') });
    }
    for (const pair of market.pairs)
      for (const happening of minuteTrades({ book, market }, pair, { openMs, level, random: minutes }))
        line.add(happening);
    watch.look(openMs);
  };

  return {
    book,
    market,
    trueMs: () => now - offsetMs,
    nowMs: () => now,
    advance(toMs) {
      const target = Math.min(toMs, market.span.toMs) + offsetMs;
      while (Math.min(nextMinuteMs, line.nextMs()) <= target) {
        if (line.nextMs() < nextMinuteMs) {
          const { atMs, run } = line.take();
          now = Math.max(now, atMs);
          run();
          continue;
        }
        now = Math.max(now, nextMinuteMs);
        beginMinute(nextMinuteMs);
        nextMinuteMs += MINUTE_MS;
      }
      now = Math.max(now, target);
    },
    later: (delayMs, run) => line.add({ atMs: now + delayMs, run }),
    setLevel(to) {
      level = to;
    },
    drawFault() {
      const fault = drawFault(calls, faultLevels[level], now);
      count(faultName(fault));
      return fault;
    },
    drawLag() {
      const lag = drawLag(lags, faultLevels[level]);
      if (lag.appearMs !== undefined) count('lag');
      return lag;
    },
    look: () => watch.look(now),
    counts,
    naked: watch.spans,
  };
}

/** What is to happen, by time; what was added first of what is to happen at once. */
function timeline() {
  const happenings: Happening[] = [];
  return {
    add(happening: Happening) {
      let at = happenings.length;
      while (at > 0 && (happenings[at - 1]?.atMs ?? 0) > happening.atMs) at--;
      happenings.splice(at, 0, happening);
    },
    nextMs: () => happenings[0]?.atMs ?? Number.POSITIVE_INFINITY,
    take(): Happening {
      const first = happenings.shift();
      if (first === undefined) throw new Error('Bug: nothing is to happen');
      return first;
    },
  };
}

interface Place {
  readonly book: KrakenBook;
  readonly market: CandleMarket;
}

/** The last price before the start, so that the pair is open from the first moment. */
function openPair({ book, market }: Place, pair: PairRules, nowMs: EpochMs): void {
  const before = market.minute(pair, Math.floor(nowMs / MINUTE_MS - 1) * MINUTE_MS);
  const price = before?.close ?? market.minute(pair, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS)?.open ?? 1;
  book.trade(pair.name, { atMs: nowMs, price: BigInt(price) * pair.tick, volume: 0n });
}

const LOT = 10n ** 10n;
const PERCENT = unitsOf('0.01');

/** The trades of a minute. Where faults happen our orders get a drawn share of them, and now and then the book is thin. */
function minuteTrades(
  { book, market }: Place,
  pair: PairRules,
  {
    openMs,
    level,
    random,
  }: { readonly openMs: EpochMs; readonly level: FaultLevel; readonly random: Random },
): readonly Happening[] {
  const bar = market.minute(pair, openMs);
  if (bar === undefined) return [];
  const isWhole = level === 'none' || random.uniform() < 0.5;
  const share = isWhole ? unitsOf('1') : PERCENT * BigInt(1 + Math.floor(random.uniform() * 100));
  const levels = 3 + Math.floor(random.uniform() * 20);
  book.setDepth(
    pair.name,
    isWhole ? { levelVolume: null, levels: 1 } : { levelVolume: thinness(bar.close, pair, random), levels },
  );
  return tradesOf(bar).map(({ atMs, price, lots }) => ({
    atMs,
    run: () =>
      book.trade(pair.name, { atMs, price: BigInt(price) * pair.tick, volume: BigInt(lots) * LOT, share }),
  }));
}

/** A volume worth 50 to 1,000 of quote currency. */
function thinness(price: number, pair: PairRules, random: Random): Units {
  return divide(BigInt(50 + Math.floor(random.uniform() * 950)) * unitsOf('1'), BigInt(price) * pair.tick);
}
