import { numberOf, textOf, type Units, unitsOf } from '../core/decimal.ts';
import { type Decision, decide } from '../core/decision/decide.ts';
import type { DecisionRecord } from '../core/decision/record.ts';
import { recordOf } from '../core/decision/write-record.ts';
import { crossPrice, isMaker, limitUnder } from '../core/execution/chase.ts';
import { clientOrderId } from '../core/execution/client-id.ts';
import { afterReservation, budgetOf, type Room, reservationOf } from '../core/execution/ledger.ts';
import { newOrder, type Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import { symbolKey } from '../core/market/instruments.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, Item, ItemBody } from '../ports/state-store.ts';
import {
  type Account,
  inTurn,
  isBehind,
  loadAccount,
  type Reading,
  type Session,
  type Stored,
  withSession,
} from './account.ts';
import type { Analyst } from './analysis.ts';
import { type Shortfall, shortfalls } from './balance.ts';
import { chase } from './chase.ts';
import { closeCandle } from './close-candle.ts';
import { commit, tryCommit } from './commit.ts';
import { equityAt } from './equity.ts';
import { closedBreakers, type Guarded, guard, unguarded } from './guard.ts';
import { keys, sortableMs } from './items.ts';
import { isSuspected } from './orphans.ts';
import { carryingOn, protectAndSend } from './protect.ts';
import { reconcile } from './reconcile.ts';
import { carryOutRequests } from './requests.ts';
import { roomOf } from './room.ts';
import { newConfig } from './stored-config.ts';
import { rulesOf, type Trader } from './trader.ts';

/** Which tick, and whether it may still enter. */
export interface TickInput {
  readonly analyst: Analyst;
  readonly atMs: EpochMs;
  /** Not the newest due tick, or too late: decided without entries. */
  readonly isMissed: boolean;
  /** Throws where too little time is left to carry entries through: nothing of the tick is stored then. */
  readonly needTime?: (() => void) | undefined;
  /** Told what the venue lacks. */
  readonly onShortfalls?: ((short: readonly Shortfall[]) => void) | undefined;
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
    const refused = await inTurn(session, [input.atMs], (atMs) => carryOutRequests(session, atMs));
    const isBusy = account.orders.size > 0 || account.positions.size > 0;
    if (isBusy) await carryingOn(session, input, () => reconcile(session));
    // What was asked might forbid what would be decided: what is held is protected, and nothing is decided past it.
    await carryingOn(session, input, async () => {
      if (refused.length > 0) throw refused[0];
    });
    const decided = () => decideAndStore(session, { ...input, isBusy });
    const records = claim === undefined ? await carryingOn(session, input, decided) : [];
    if (claim !== undefined || isBusy || account.orders.size > 0) {
      // What is to be sold now is not bought any more.
      await carryingOn(session, input, () => chase(session, input.atMs));
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
  if (isBusy) await closeCandle(session, input);
  if (isBusy) await chase(session, input.atMs);
  const config = await newConfig(session.trader);
  for (;;) {
    const decided = await decideAll(session, input);
    const isDone = !isBusy && decided.orders.length === 0;
    if (decided.orders.length > 0) input.needTime?.();
    if (await store(session, { atMs: input.atMs, decided, isDone, config })) return decided.records;
    // A breaker that was moved meanwhile is looked at again: it may forbid what was decided. What came with it first:
    // measured from before a reset, it would trip once more.
    await carryOutRequests(session, input.atMs);
  }
}

/** What a tick would decide now, without storing or sending anything. */
export async function previewTick(trader: Trader, input: TickInput): Promise<readonly DecisionRecord[]> {
  const account = await loadAccount(trader.store, trader.account);
  return (await decideAll({ trader, account }, input)).records;
}

interface Decided extends Guarded {
  readonly records: readonly DecisionRecord[];
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
}

async function decideAll({ trader, account }: Reading, input: TickInput): Promise<Decided> {
  const equity = await equityAt(trader, account, input.atMs);
  const guarded = input.isMissed
    ? unguarded(account)
    : await guard({ trader, account }, { atMs: input.atMs, equity, isTick: true });
  const isBalanceShort = await isShort({ trader, account }, input);
  let room = roomOf(account, equity);
  const records: DecisionRecord[] = [];
  const positions: Position[] = [];
  const entries: { readonly order: Order; readonly reserved: Units }[] = [];
  for (const symbol of trader.config.symbols) {
    const held = account.positions.get(symbol)?.value;
    const turn = { ...input, symbol, equity, room, guarded, isBalanceShort };
    const { decision, record, order, reserved, price } = await decideOne({ trader, account }, turn);
    records.push(record);
    if (decision.position !== null && decision.position !== held) positions.push(decision.position);
    if (order === null) continue;
    entries.push({ order, reserved });
    room = afterReservation(room, { quantity: order.quantity, price, reserved });
  }
  const orders = entries.map(({ order, reserved }) => ({
    ...order,
    budget: budgetOf(reserved, room.free, entries.length),
  }));
  return { ...guarded, records, positions, orders };
}

interface Turn extends TickInput {
  readonly symbol: string;
  readonly equity: Units;
  readonly room: Room;
  readonly guarded: Guarded;
  readonly isBalanceShort: boolean;
}

/** Whether the venue holds less than the books say; on paper the books are the balance. */
async function isShort(
  { trader, account }: Reading,
  { isMissed, onShortfalls }: TickInput,
): Promise<boolean> {
  if (trader.live === null || isMissed) return false;
  const short = shortfalls(account, { trader, balances: await trader.live.venue.balances() });
  if (short.length > 0) onShortfalls?.(short);
  return short.length > 0;
}

interface Outcome {
  readonly decision: Decision;
  readonly record: DecisionRecord;
  readonly order: Order | null;
  readonly reserved: Units;
  readonly price: number;
}

async function decideOne({ trader, account }: Reading, turn: Turn): Promise<Outcome> {
  const { symbol, atMs, analyst, isMissed, equity, room, guarded, isBalanceShort } = turn;
  const market = rulesOf(trader, symbol);
  const held = [...account.positions.keys()];
  const { windows, others, ...analysis } = await analyst.analyse(symbol, { atMs, held });
  const { standing, breakers } = guarded;
  const { execMs, live } = trader;
  const isQuoted = live !== null && !isMissed && !account.positions.has(symbol);
  const quote = isQuoted ? await live.venue.quote(symbol) : null;
  const input = {
    ...analysis,
    atMs,
    symbol,
    position: account.positions.get(symbol)?.value,
    isEntering: isEntering(account, symbol),
    isMissed,
    funds: { equity: numberOf(equity), exposure: numberOf(room.exposure), free: numberOf(room.free) },
    guard: { standing, breakers, equity, open: room.open, execMs, quote, isBalanceShort },
  };
  const decision = decide(input, market.decide);
  const record = recordOf(input, decision, {
    rules: market.decide,
    context: {
      account: account.id,
      configHash: trader.configHash,
      codeVersion: trader.codeVersion,
      windows,
      others,
      equity: textOf(equity),
      exposure: textOf(room.exposure),
      free: textOf(room.free),
    },
  });
  const { close } = input;
  const order = entryOrder({ trader, account }, decision, close);
  const price = decision.price ?? close;
  const reserved = order === null ? 0n : reservationOf(order.quantity, price, market.decide.takeCost);
  return { decision, record, order, reserved, price };
}

/** An entry that has not ended, or an order at the exchange that nobody understands: no other is decided meanwhile. */
function isEntering(account: Account, symbol: string): boolean {
  const isOne = ({ value }: Stored<Order>) => value.symbol === symbol && value.purpose === 'entry';
  return [...account.orders.values()].some(isOne) || isSuspected(account, symbol);
}

/** @param close of the decision */
function entryOrder({ trader, account }: Reading, { plan, size }: Decision, close: number): Order | null {
  if (plan === null || size === null) return null;
  const { symbol, tickMs } = plan;
  const { entry, instrument } = rulesOf(trader, symbol).decide;
  const { tickDecimals } = instrument;
  const limit = isMaker(entry, trader.execMs) && {
    kind: 'limit' as const,
    limitPrice: limitUnder(close, tickDecimals),
    crossPrice: crossPrice(close, tickDecimals),
  };
  return newOrder(
    {
      clientOrderId: clientOrderId({ account: account.id, symbol, tickMs, purpose: 'entry', number: 0 }),
      symbol,
      purpose: 'entry',
      number: 0,
      tickMs,
      decidedMs: tickMs,
      quantity: unitsOf(size.quantity),
    },
    { plan, ...limit },
  );
}

async function store(
  session: Session,
  {
    atMs,
    decided,
    isDone,
    config,
  }: { atMs: EpochMs; decided: Decided; isDone: boolean; config: readonly Action[] },
): Promise<boolean> {
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
  const { standing, tripped, positions, orders } = decided;
  const symbols = orders.map(({ symbol }) => symbol);
  const closed =
    orders.length === 0 ? { breakers: [], checks: [] } : closedBreakers(account, { symbols, atMs });
  return tryCommit(session, {
    head: { lastTickMs: atMs, standing },
    positions,
    orders,
    breakers: [...tripped, ...closed.breakers],
    items: [claim, ...config, ...journal, ...closed.checks],
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
