import { openAccount } from '../../shared/app/account.ts';
import type { Trader } from '../../shared/app/trader.ts';
import { unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { type KrakenBook, krakenBook } from '../kraken-simulator/book.ts';
import { type Chance, chanceOf, type Trouble } from './chance.ts';
import { run } from './drive.ts';
import { connect } from './exchange.ts';
import { exchangeChecks } from './exchange-checks.ts';
import { storeOf } from './faulty-store.ts';
import { ledgerChecks } from './ledger-checks.ts';
import { feedOf, marketOf, TICK_TIMEFRAME } from './market.ts';
import { type MemoryStore, memoryStateStore } from './memory-store.ts';
import { orderChecks } from './order-checks.ts';
import { type Person, personOf } from './person.ts';
import { type Machine, type Process, pauseMsOf, processOf } from './process.ts';
import {
  planCancels,
  planClocks,
  planEvents,
  planMarket,
  planModes,
  planOwner,
  type Span,
} from './schedule.ts';
import { ACCOUNT, CAPITAL, configOf, traderTerms } from './setup.ts';
import { Violation } from './violation.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';
import { watchChecks } from './watch-checks.ts';
import type { Venue } from './wire.ts';

/** 2024-02-01T00:00Z: a day and a month begin. */
const MIDNIGHT_MS: EpochMs = 1_706_745_600_000;
const CALM_MINUTES = 12;

export interface SeedOptions {
  /** Troubles that are left out, by their names. */
  readonly without?: ReadonlySet<string>;
  /** Told what happens, line by line. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** What a seed came to. */
export interface SeedOutcome {
  readonly seed: number;
  readonly failure: Error | undefined;
  readonly counts: ReadonlyMap<Trouble, number>;
  /** Names of all troubles that happened. */
  readonly happened: readonly string[];
  readonly runs: number;
  readonly orders: number;
  readonly fills: number;
}

interface World {
  readonly span: Span;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly book: KrakenBook;
  readonly store: MemoryStore;
  readonly machines: readonly Machine[];
  readonly trace: (line: () => string) => void;
}

function worldOf(seed: number, { without = new Set(), trace }: SeedOptions): World {
  const tracing = (line: () => string) => trace?.(`${stamp(time.nowMs())} ${line()}`);
  const chance = chanceOf(seed, { without, onTrouble: (name) => tracing(() => `-- ${name}`) });
  const tickMs = 5 * MINUTE_MS;
  const startMs = MIDNIGHT_MS - chance.whole(0, 6) * tickMs + MINUTE_MS * chance.whole(0, 4);
  const calmMs = startMs + chance.whole(15, 28) * MINUTE_MS;
  const endMs = Math.ceil((calmMs + CALM_MINUTES * MINUTE_MS) / tickMs) * tickMs + 4 * MINUTE_MS;
  const time = virtualTime(startMs);
  const book = krakenBook({ balances: { ZUSD: unitsOf('20000'), XXBT: unitsOf('0.2'), XETH: unitsOf('3') } });
  return {
    span: { startMs, calmMs, endMs },
    time,
    chance,
    book,
    store: memoryStateStore(),
    machines: ['A', 'B'].map((name) => ({ name, offsetMs: 0 })),
    trace: tracing,
  };
}

/** Lets a seed happen, from its first minute to its last, or to the first thing that must not be. */
export async function simulate(seed: number, options: SeedOptions = {}): Promise<SeedOutcome> {
  const world = worldOf(seed, options);
  const { span, time, chance, book, store, trace } = world;
  const play = playOf(seed, world);
  let failure: Error | undefined;
  try {
    await play.begin();
    time.at(span.calmMs, () => {
      chance.calm();
      trace(() => '-- from here on nothing goes wrong');
      return false;
    });
    await time.runUntil(span.endMs, play.afterStep);
    play.end();
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    trace(() => `!! ${failure?.message}`);
  }
  store.close();
  const { counts, happened } = chance;
  return { seed, failure, counts, happened, runs: play.runs(), orders: book.accepted.size, fills: book.trades.length };
}

function stamp(atMs: EpochMs): string {
  return new Date(atMs).toISOString().slice(11, 23);
}
