import { assert } from '../core/assert.ts';
import { numberOf, textOf, type Units, unitsOf } from '../core/decimal.ts';
import { type Decision, decide } from '../core/decision/decide.ts';
import { type DecisionRecord, recordOf } from '../core/decision/record.ts';
import { clientOrderId } from '../core/execution/client-id.ts';
import { budgetOf, reservationOf } from '../core/execution/ledger.ts';
import { newOrder, type Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import { symbolKey } from '../core/market/instruments.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, Item, ItemBody } from '../ports/state-store.ts';
import { type Account, commit, isBehind, loadAccount, type Session, withSession } from './account.ts';
import type { Analyst } from './analysis.ts';
import { closeCandle, equityAt } from './close-candle.ts';
import { keys, sortableMs } from './items.ts';
import { carryingOn, protectAndSend } from './protect.ts';
import { reconcile } from './reconcile.ts';
import type { Trader } from './trader.ts';

/** Which tick, and whether it may still enter. */
export interface TickInput {
  readonly analyst: Analyst;
  readonly atMs: EpochMs;
  /** Not the newest due tick, or too late: decided without entries. */
  readonly isMissed: boolean;
}

/** The decisions of a tick, or that it was done before, or that somebody else was at work. */
export type TickOutcome =
  | 'held'
  | 'done-before'
  | {
      readonly decisions: readonly DecisionRecord[];
      readonly openOrders: number;
      readonly openPositions: number;
    };

/**
 * One tick: the whole story of an instant, in order. Its name is its time: run twice, or in two processes at once,
 * it decides once. What is decided is stored in one transaction before anything is sent.
 */
export async function tick(trader: Trader, input: TickInput): Promise<TickOutcome> {
  if (isDone(await trader.store.get(keys.tick(trader.account, input.atMs)))) return 'done-before';
  return withSession(trader, async (session) => {
    const { account } = session;
    const claim = await trader.store.get(keys.tick(account.id, input.atMs));
    if (isDone(claim) || isBehind(account, input.atMs)) return 'done-before';
    const isBusy = account.orders.size > 0 || account.positions.size > 0;
    if (isBusy) await carryingOn(session, input, () => reconcile(session));
    const decided = () => decideAndStore(session, { ...input, isBusy });
    const records = claim === undefined ? await carryingOn(session, input, decided) : [];
    if (claim !== undefined || isBusy || account.orders.size > 0) {
      await protectAndSend(session, input);
      await finish(session, { atMs: input.atMs, version: claim?.version ?? 1 });
    }
    return { decisions: records, openOrders: account.orders.size, openPositions: account.positions.size };
  });
}

function isDone(claim: Item | undefined): boolean {
  return claim?.body['state'] === 'done';
}

/** Decides every symbol and stores all of it in one transaction; a tick without anything to carry is done then. */
async function decideAndStore(
  session: Session,
  { isBusy, ...input }: TickInput & { readonly isBusy: boolean },
): Promise<readonly DecisionRecord[]> {
  const { trader, account } = session;
  if (isBusy) await closeCandle(session, input);
  const decided = await decideAll(trader, account, input);
  const isDone = !isBusy && decided.orders.length === 0;
  await store(session, { atMs: input.atMs, decided, isDone });
  return decided.records;
}

/** What a tick would decide now, without storing or sending anything. */
export async function previewTick(trader: Trader, input: TickInput): Promise<readonly DecisionRecord[]> {
  const account = await loadAccount(trader.store, trader.account);
  return (await decideAll(trader, account, input)).records;
}

interface Decided {
  readonly records: readonly DecisionRecord[];
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
}

async function decideAll(trader: Trader, account: Account, input: TickInput): Promise<Decided> {
  const equity = await equityAt(trader, account, input.atMs);
  let free = account.cash.value - reservedBefore(account);
  const records: DecisionRecord[] = [];
  const positions: Position[] = [];
  const entries: { readonly order: Order; readonly reserved: Units }[] = [];
  for (const symbol of trader.config.symbols) {
    const held = account.positions.get(symbol)?.value;
    const { decision, record, order, reserved } = await decideOne(trader, account, {
      ...input,
      symbol,
      equity,
      free,
    });
    records.push(record);
    if (decision.position !== null && decision.position !== held) positions.push(decision.position);
    if (order !== null) entries.push({ order, reserved });
    free -= reserved;
  }
  const orders = entries.map(({ order, reserved }) => ({
    ...order,
    budget: budgetOf(reserved, free, entries.length),
  }));
  return { records, positions, orders };
}

/** Entries of an earlier tick that have not ended keep back all that they may spend. */
function reservedBefore(account: Account): Units {
  let reserved = 0n;
  for (const { value } of account.orders.values()) {
    if (value.purpose === 'entry') reserved += value.budget ?? 0n;
  }
  return reserved;
}

async function decideOne(
  trader: Trader,
  account: Account,
  {
    symbol,
    atMs,
    analyst,
    isMissed,
    equity,
    free,
  }: TickInput & { symbol: string; equity: Units; free: Units },
): Promise<{ decision: Decision; record: DecisionRecord; order: Order | null; reserved: Units }> {
  const market = trader.rules.get(symbol);
  assert(market !== undefined, `rules of ${symbol}`);
  const { windows, ...analysis } = await analyst.analyse(symbol, atMs);
  const input = {
    ...analysis,
    atMs,
    symbol,
    position: account.positions.get(symbol)?.value,
    isEntering: [...account.orders.values()].some(
      ({ value }) => value.symbol === symbol && value.purpose === 'entry',
    ),
    isMissed,
    funds: { equity: numberOf(equity), free: numberOf(free) },
  };
  const decision = decide(input, market.decide);
  const record = recordOf(input, decision, {
    rules: market.decide,
    context: {
      account: account.id,
      configHash: trader.configHash,
      codeVersion: trader.codeVersion,
      windows,
      equity: textOf(equity),
      free: textOf(free),
    },
  });
  const order = entryOrder(account.id, decision);
  const reserved = order === null ? 0n : reservationOf(order.quantity, input.close, market.decide.takeCost);
  return { decision, record, order, reserved };
}

function entryOrder(account: string, { plan, size }: Decision): Order | null {
  if (plan === null || size === null) return null;
  const { symbol, tickMs } = plan;
  return newOrder(
    {
      clientOrderId: clientOrderId({ account, symbol, tickMs, purpose: 'entry', number: 0 }),
      symbol,
      purpose: 'entry',
      number: 0,
      tickMs,
      decidedMs: tickMs,
      quantity: unitsOf(size.quantity),
    },
    { plan },
  );
}

async function store(
  session: Session,
  { atMs, decided, isDone }: { atMs: EpochMs; decided: Decided; isDone: boolean },
): Promise<void> {
  const { account } = session;
  const claim: Action = {
    kind: 'put',
    ...keys.tick(account.id, atMs),
    expect: 'absent',
    body: { atMs, state: isDone ? 'done' : 'decided' },
  };
  const journal = decided.records.map(
    (record): Action => ({
      kind: 'put',
      ...keys.history(account.id, atMs, `DECISION#${sortableMs(atMs)}#${symbolKey(record.symbol)}`),
      expect: 'absent',
      body: record as unknown as ItemBody,
    }),
  );
  const { positions, orders } = decided;
  await commit(session, {
    head: { lastTickMs: atMs },
    positions,
    orders,
    items: [claim, ...journal],
  });
}

async function finish(
  session: Session,
  { atMs, version }: { atMs: EpochMs; version: number },
): Promise<void> {
  const { account } = session;
  const done: Action = {
    kind: 'put',
    ...keys.tick(account.id, atMs),
    expect: version,
    body: { atMs, state: 'done' },
  };
  await commit(session, { items: [done] });
}
