import type { Config } from '../core/config.ts';
import type { DecisionRecord } from '../core/decision/record.ts';
import { AppError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { DAY_MS, type EpochMs } from '../core/market/timeframes.ts';
import { type Instance, instancesOf } from '../core/strategies/instances.ts';
import type { Item } from '../ports/state-store.ts';
import { loadHead } from './account.ts';
import { historyPages } from './history.ts';
import { accountOverModel, type ComparedAccount } from './over-model.ts';
import { recompute } from './recompute.ts';
import { decisionOf } from './results.ts';
import { configOf } from './stored-config.ts';
import { tickLengthMs } from './trader.ts';

/** Days of equal decisions that the paper account must have behind it. @see spec: execution §12 */
export const PROMOTION_DAYS = 14;
/** Most that its entries may cost over the model, median, basis points. */
export const PROMOTION_BPS = 10;
/** Entries are rare: the median is taken over so long. */
const ENTRIES_MS = 90 * DAY_MS;

/** How far a paper account has come on its way to real money. */
export interface Promotion {
  /** Complete days, the newest and those before it, on which every tick was decided in time, and just so again now. */
  readonly days: number;
  /** What was otherwise on the day before them; null when all are as they should be. */
  readonly broken: string | null;
  /** Entries of the last 90 days whose cost the model knows too. */
  readonly entries: number;
  readonly medianBps: number | null;
  readonly isPromoted: boolean;
}

/** A paper account, and the config by which it is to be followed by real money. */
export interface PromotionInput extends ComparedAccount {
  readonly instances: readonly Instance[];
  readonly lookbackRows: number;
  readonly nowMs: EpochMs;
}

/**
 * Decides the paper account's last days again from what it stored, and compares what its entries cost with the model.
 * @throws AppError `not-found` when there is no such account
 */
export async function promotionOf(input: PromotionInput): Promise<Promotion> {
  const { store, account, nowMs } = input;
  const { createdMs } = await loadHead(store, account);
  let days = 0;
  let broken: string | null = null;
  for (let endMs = Math.floor(nowMs / DAY_MS) * DAY_MS; days < PROMOTION_DAYS; days++, endMs -= DAY_MS) {
    const dayMs = endMs - DAY_MS;
    broken =
      dayMs < createdMs ? `the account began at ${isoMinute(createdMs)} UTC` : await faultOf(input, dayMs);
    if (broken !== null) break;
  }
  const { entries } = await accountOverModel(input, { sinceMs: nowMs - ENTRIES_MS, nowMs });
  const { fills, medianBps } = entries;
  const isNear = medianBps !== null && medianBps <= PROMOTION_BPS;
  return { days, broken, entries: fills, medianBps, isPromoted: broken === null && isNear };
}

/** What is not as it should be of the decisions of a day, or null. */
async function faultOf(input: PromotionInput, dayMs: EpochMs): Promise<string | null> {
  const { store, account, config } = input;
  const items: Item[] = [];
  const span = { fromMs: dayMs, toMs: dayMs + DAY_MS - 1 };
  for await (const page of historyPages(store, account, { ...span, what: 'DECISION' })) items.push(...page);
  const records = new Map(
    items.map((item) => {
      const record = decisionOf(item);
      return [nameOf(record.atMs, record.symbol), { item, record }];
    }),
  );
  const tickMs = tickLengthMs(input);
  for (let atMs = dayMs; atMs < dayMs + DAY_MS; atMs += tickMs) {
    for (const symbol of config.symbols) {
      const stored = records.get(nameOf(atMs, symbol));
      const fault = stored === undefined ? 'nothing was decided' : await faultOfDecision(input, stored);
      if (fault !== null) return `${nameOf(atMs, symbol)}: ${fault}`;
    }
  }
  return null;
}

function nameOf(atMs: EpochMs, symbol: string): string {
  return `${isoMinute(atMs)} UTC ${symbol}`;
}

async function faultOfDecision(
  { store, account, candles, config, lookbackRows }: PromotionInput,
  { item, record }: { readonly item: Item; readonly record: DecisionRecord },
): Promise<string | null> {
  if (record.inputs.isMissed) return 'the tick was missed';
  try {
    const own = await configOf(store, account, record.config);
    const others = otherSections(own, config);
    if (others.length > 0) return `it was decided by other settings (${others.join(', ')})`;
    const instances = instancesOf(own);
    const input = { account, record: item.body, config: own, instances, candles, lookbackRows };
    const { isEqual, differences } = await recompute(input);
    return isEqual ? null : `decided again it differs in ${differences.map(({ field }) => field).join(', ')}`;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** What the two must have in common for one to show what the other does. Capital and mode are none of it. */
const decisive = [
  'symbols',
  'entry',
  'ensemble',
  'risk',
  'breakers',
  'maxLateMinutes',
  'strategies',
] as const;

function otherSections(one: Config, other: Config): readonly string[] {
  return decisive.filter((name) => canonicalJson(one[name]) !== canonicalJson(other[name]));
}
