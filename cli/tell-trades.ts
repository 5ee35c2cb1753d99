import { loadAccount } from '../shared/app/account.ts';
import type { DriveHooks } from '../shared/app/drive.ts';
import { readItem } from '../shared/app/items.ts';
import { monthsOf } from '../shared/app/results.ts';
import { textOf, type Units } from '../shared/core/decimal.ts';
import type { DecisionRecord } from '../shared/core/decision/record.ts';
import { averagePrices, netProfit, type Position } from '../shared/core/execution/position.ts';
import { DAY_MS, type EpochMs } from '../shared/core/market/timeframes.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { Market } from './markets.ts';
import { bold, dim, green, instant, legible, red, say, usd } from './screen.ts';

const verbs = { ENTER: 'buys', EXIT: 'sells', HOLD: 'holds', WAIT: 'waits' } as const;

/** Prints one decision: what, at which price, and the sentence that matters; all of them when `isLong`. */
export function sayDecision(record: DecisionRecord, { isLong }: { readonly isLong: boolean }): void {
  const { atMs, symbol, action, inputs, reasons, score } = record;
  const verb = isLong ? verbs[action] : verbs[action].padEnd(9);
  const paint = action === 'ENTER' ? green : action === 'EXIT' ? red : dim;
  const price = (inputs.close ?? '–').padStart(isLong ? 0 : 9);
  const head = `${instant(atMs)}  ${symbol}  ${price}  ${paint(verb)}`;
  if (!isLong) {
    say(`${head}  ${score.long.toFixed(2)}   ${dim(reasons.at(-1) ?? '')}`);
    return;
  }
  say(head);
  for (const reason of reasons) say(`  ${reason}`);
}

/** What a run of `start` amounts to. */
interface StartSummary {
  readonly account: string;
  readonly isSynthetic: boolean;
  readonly isLive: boolean;
  readonly lastTickMs: EpochMs | null;
  readonly equity: string;
  readonly openPositions: number;
  readonly openOrders: number;
  readonly decisions: readonly DecisionRecord[];
}

interface Teller {
  readonly hooks: DriveHooks;
  /** Prints what was bought and sold since the last call; the first call only looks. */
  readonly tell: (nowMs: EpochMs) => Promise<void>;
  readonly summary: () => Promise<StartSummary>;
}

interface TellerOptions {
  readonly store: StateStore;
  readonly market: Market;
  readonly isJson: boolean;
}

/** Tells decisions and trades as they happen; with `--json` it keeps the decisions for the end. */
export function tradeTeller({ store, market, isJson }: TellerOptions): Teller {
  const decisions: DecisionRecord[] = [];
  const { account } = market;
  let held: ReadonlyMap<string, Position> | undefined;
  const tell = async (nowMs: EpochMs) => {
    const { positions } = await loadAccount(store, account);
    const now = new Map([...positions].map(([symbol, { value }]) => [symbol, value]));
    if (!isJson && held !== undefined) await sayTrades({ store, account, nowMs }, held, now);
    held = now;
  };
  return {
    hooks: {
      onDecisions(records) {
        for (const record of records) {
          if (isJson) decisions.push(record);
          else sayDecision(record, { isLong: false });
        }
      },
      async onStep({ kind, atMs }) {
        if (kind === 'AFTER_OPEN' || kind === 'CLOSED') await tell(atMs);
      },
    },
    tell,
    async summary() {
      const { head, cash, orders, positions } = await loadAccount(store, account);
      const equity = await lastEquity(store, account, { lastMs: head.value.markedMs, cash: cash.value });
      return {
        account,
        isSynthetic: market.isSynthetic,
        isLive: market.isLive,
        lastTickMs: head.value.lastTickMs,
        equity: positions.size === 0 ? textOf(cash.value) : equity,
        openPositions: positions.size,
        openOrders: orders.size,
        decisions,
      };
    },
  };
}

async function sayTrades(
  { store, account, nowMs }: { store: StateStore; account: string; nowMs: EpochMs },
  before: ReadonlyMap<string, Position>,
  after: ReadonlyMap<string, Position>,
): Promise<void> {
  for (const [symbol, position] of before) {
    if (after.get(symbol)?.entryMs === position.entryMs) continue;
    const closed = await closedPosition(store, { account, symbol, entryMs: position.entryMs, nowMs });
    if (closed !== undefined) sayClosed(closed);
  }
  for (const [symbol, position] of after) {
    const known = before.get(symbol);
    if (known?.entryMs !== position.entryMs) {
      const price = legible(textOf(averagePrices(position).entry));
      say(
        bold(
          `${instant(position.entryMs)}  ${symbol}  BOUGHT ${textOf(position.quantity)} at ${price}, stop ${position.stop}`,
        ),
      );
    } else if (known.stop !== position.stop) {
      say(`${instant(nowMs)}  ${symbol}  stop raised to ${position.stop}`);
    }
  }
}

function sayClosed(closed: Position): void {
  const { plan, exit, exitMs } = closed;
  const profit = textOf(netProfit(closed));
  const price = legible(textOf(averagePrices(closed).exit ?? 0n));
  const paint = Number(profit) >= 0 ? green : red;
  say(
    bold(
      `${instant(exitMs)}  ${plan.symbol}  SOLD at ${price} (${exit?.reason ?? 'STOP'}), net ${paint(usd(profit))} USD`,
    ),
  );
}

async function closedPosition(
  store: StateStore,
  { account, symbol, entryMs, nowMs }: { account: string; symbol: string; entryMs: EpochMs; nowMs: EpochMs },
): Promise<Position | undefined> {
  for (const pk of monthsOf(account, { fromMs: entryMs, toMs: nowMs + DAY_MS })) {
    const items = await store.query(pk, { prefix: 'POSITION#' });
    const found = items
      .map((item) => readItem('position', item))
      .find((one) => one.plan.symbol === symbol && one.entryMs === entryMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Equity at the last mark. */
export async function lastEquity(
  store: StateStore,
  account: string,
  { lastMs, cash }: { readonly lastMs: EpochMs | null; readonly cash: Units },
): Promise<string> {
  if (lastMs === null) return textOf(cash);
  const [pk = ''] = monthsOf(account, { fromMs: lastMs, toMs: lastMs });
  const [item] = await store.query(pk, { prefix: 'MARK#', descending: true, limit: 1 });
  return textOf(item === undefined ? cash : readItem('mark', item).equity);
}
