import { expect } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { compareWithEngine } from '../../shared/app/parity.ts';
import { replay } from '../../shared/app/replay.ts';
import type { Kept } from '../../shared/app/results.ts';
import { storedFeed } from '../../shared/app/stored-feed.ts';
import { runEngine } from '../../shared/core/backtest/engine.ts';
import { numberOf } from '../../shared/core/decimal.ts';
import type { DecisionRecord } from '../../shared/core/decision/record.ts';
import { worthOf } from '../../shared/core/execution/ledger.ts';
import { type AccountReport, accountReport } from '../../shared/core/execution/report.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree } from './account-state.ts';
import { expectRecomputed } from './recomputed.ts';
import {
  type ConfigOver,
  engineInputOf,
  freely,
  paperOf,
  type ScriptedWorld,
  scriptedWorld,
  type World,
} from './world.ts';

/** A candle in which nothing happens: true range 2 at a price of 100. */
export const calm = '100 101 99 100';

/** So many candles, all calm but those that are told by their number; a number below 0 counts from the end. */
export function quiet(
  count: number,
  special: Readonly<Record<number, string>> = {},
  line = calm,
): readonly string[] {
  return Array.from({ length: count }, (_, i) => special[i] ?? special[i - count] ?? line);
}

/**
 * Positions of a pair of 4h candles each: bought at 100 at 4h, 12h and so on, sold at these prices at 8h, 16h and so
 * on. The last candle votes again.
 */
export function trades(...prices: readonly number[]): readonly string[] {
  const sold = (price: number) => `${price} ${Math.max(101, price)} 98 100 turtle:long`;
  return [`${calm} turtle:long`, ...prices.flatMap((price) => [`${calm} turtle:exit`, sold(price)])];
}

/** Costs of nothing, so that prices are those of the script; limits that stand in nobody's way but those named. */
export function costless({
  risk = {},
  market = {},
  ...over
}: ConfigOver & { readonly risk?: Readonly<Record<string, unknown>> } = {}): ConfigOver {
  return {
    fees: { maker: 0, taker: 0 },
    costs: { slippageBps: 0, stopSlipBps: 0, stopSlipFall: 0 },
    market: { halfSpreadBps: 0, ...market },
    risk: { ...freely, ...risk },
    ...over,
  };
}

type Lines = readonly (string | readonly string[])[];

/** Scripts of BTC, ETH and the like, in lines; what is shorter than the longest stays calm to the end. */
export function staged(scripts: Readonly<Record<string, Lines>>, options: ScriptedWorld = {}): World {
  const all = Object.entries(scripts).map(([name, lines]) => [`${name}/USD`, lines.flat()] as const);
  const length = Math.max(...all.map(([, lines]) => lines.length));
  const whole = all.map(([symbol, lines]) => [
    symbol,
    [...lines, ...quiet(length - lines.length)].join('\n'),
  ]);
  return scriptedWorld(Object.fromEntries(whole), options);
}

/** What a play came to, once engine and replay were found equal. */
export interface Play {
  readonly kept: Kept;
  readonly store: StateStore;
  readonly report: AccountReport;
  /** As `4h BTC OPEN ENTRY 6.25 at 100.03`: hours since the beginning, step, reason, quantity, price. */
  readonly fills: readonly string[];
  /** The decision so many hours after the beginning. @throws Error when there is none */
  decision(hours: number, name?: string): DecisionRecord;
  /** The same in short: what it does, or every code that forbids it. */
  outcome(hours: number, name?: string): string;
  /** The sentences of the gates that failed. */
  refusals(hours: number, name?: string): readonly string[];
}

/** Replays a world, compares it with the engine, with and without records, checks the books, and decides all of it again. */
export async function compared(world: World): Promise<Play> {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const kept = await replay(paperOf(world, { store }), world);
  const { differences, compared: counts } = compareWithEngine(kept, engineInputOf(world));
  expect(differences).toEqual([]);
  expect(counts).toEqual({
    decisions: kept.decisions.length,
    fills: kept.fills.length,
    marks: kept.marks.length,
  });
  await expectBooksToAgree(store, world);
  expect(await expectRecomputed(store, world)).toBe(kept.decisions.length);
  const report = await reportOf(kept, world);
  expect(report).toEqual(accountReport(runEngine({ ...engineInputOf(world), isRecording: false })));

  const hoursOf = (atMs: number) => (atMs - world.fromMs) / HOUR_MS;
  const fills = kept.fills.map(({ atMs, symbol, step, reason, quantity, price }) => {
    const name = symbol.slice(0, -'/USD'.length);
    return `${hoursOf(atMs)}h ${name} ${step} ${reason} ${numberOf(quantity)} at ${numberOf(price)}`;
  });
  const decision = (hours: number, name = 'BTC') => {
    const found = kept.decisions.find(
      ({ atMs, symbol }) => hoursOf(atMs) === hours && symbol === `${name}/USD`,
    );
    if (found === undefined) throw new Error(`no decision of ${name} after ${hours} hours`);
    return found;
  };
  return { kept, store, report, fills, decision, ...toldOf(decision) };
}

function toldOf(decision: Play['decision']): Pick<Play, 'outcome' | 'refusals'> {
  return {
    outcome(hours, name) {
      const { action, code, codes } = decision(hours, name);
      expect(code).toBe(codes[0] ?? null);
      return codes.length === 0 ? action : codes.join(' ');
    },
    refusals(hours, name) {
      const { gates, reasons } = decision(hours, name);
      const failed = gates.filter(({ outcome }) => outcome === 'failed').length;
      return reasons.slice(reasons.length - 1 - failed, -1);
    },
  };
}

async function reportOf(kept: Kept, { data, toMs }: World): Promise<AccountReport> {
  const feed = storedFeed(data);
  let equityFinal = kept.cash;
  for (const { plan, quantity } of kept.open) {
    equityFinal += worthOf(quantity, await feed.lastClose(plan.symbol, toMs));
  }
  return accountReport({ ...kept, equityFinal });
}
