import { unitsOf } from '../../shared/core/decimal.ts';
import { type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { krakenBook } from '../kraken-simulator/book.ts';
import { planForeign, planKey, planOwner, planWithdrawal } from './account-acts.ts';
import { chanceOf, type Trouble } from './chance.ts';
import { marketOf } from './market.ts';
import { memoryStateStore } from './memory-store.ts';
import { playOf, type Stage } from './play.ts';
import { planCancels, planClocks, planEvents, planMarket, planModes } from './schedule.ts';
import { TICK_MS } from './setup.ts';
import { virtualTime } from './virtual-time.ts';

/** 2024-02-01T00:00Z: a day and a month begin. */
const MIDNIGHT_MS: EpochMs = 1_706_745_600_000;
/** Watches after which everything must have settled: some still stand still as the calm begins. */
const CALM_MINUTES = 8;

export interface SeedOptions {
  /** Names of the troubles that may happen; all when absent. */
  readonly only?: ReadonlySet<string> | undefined;
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

/** Lets a seed happen, from its first minute to its last, or to the first thing that must not be. */
export async function simulate(seed: number, options: SeedOptions = {}): Promise<SeedOutcome> {
  const stage = stageOf(seed, options);
  const { span, time, chance, book, trace } = stage;
  const foreign = new Map<string, EpochMs>();
  const key = { isRefused: false };
  const play = playOf({ ...stage, foreign, key });
  const machines = ['A', 'B'].map((name) => ({ name, offsetMs: 0 }));
  const scene = { ...stage, machines, foreign, key };
  planMarket(scene, span, stage.market);
  planClocks(scene, span);
  planEvents(scene, span, play.wake);
  planModes(scene, span);
  planOwner(scene, span);
  planCancels(scene, span);
  planWithdrawal(scene, span);
  planKey(scene, span);
  planForeign(scene, span, play.person);
  play.person.plan({ fromMs: span.startMs, toMs: span.calmMs });
  time.at(span.calmMs, () => {
    chance.calm();
    trace(() => '-- from here on nothing goes wrong');
    return false;
  });
  let failure: Error | undefined;
  try {
    await play.begin();
    await time.runUntil(span.endMs, play.afterStep);
    play.end();
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    trace(() => `!! ${failure?.message}`);
  }
  const { counts, happened } = chance;
  return {
    seed,
    failure,
    counts,
    happened,
    runs: play.runs(),
    orders: book.accepted.size,
    fills: book.trades.length,
  };
}

function stageOf(seed: number, { only, trace }: SeedOptions): Omit<Stage, 'foreign' | 'key'> {
  let nowMs = () => 0;
  const tracing = (line: () => string) => trace?.(`${stamp(nowMs())} ${line()}`);
  const chance = chanceOf(seed, { only, onTrouble: (name) => tracing(() => `-- ${name}`) });
  const startMs = MIDNIGHT_MS - chance.whole(0, 6) * TICK_MS;
  const calmMs = startMs + chance.whole(12, 22) * MINUTE_MS;
  const endMs = Math.ceil((calmMs + CALM_MINUTES * MINUTE_MS) / TICK_MS) * TICK_MS + 4 * MINUTE_MS;
  const time = virtualTime(startMs);
  nowMs = time.nowMs;
  return {
    span: { startMs, calmMs, endMs },
    time,
    chance,
    book: krakenBook({ balances: { ZUSD: unitsOf('20000'), XXBT: unitsOf('0.2'), XETH: unitsOf('3') } }),
    store: memoryStateStore({ isTrusting: true }),
    market: marketOf(seed, { startMs, minutes: (endMs - startMs) / MINUTE_MS + 1 }),
    trace: tracing,
  };
}

function stamp(atMs: EpochMs): string {
  return new Date(atMs).toISOString().slice(11, 23);
}
