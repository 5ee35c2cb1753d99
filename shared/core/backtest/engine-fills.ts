import { numberOf } from '../decimal.ts';
import { countAbandoned } from '../decision/tally.ts';
import { type BookedFill, fillReason } from '../execution/books.ts';
import { clientOrderId, type Purpose } from '../execution/client-id.ts';
import type { Step } from '../execution/clock.ts';
import type { Fill, OrderOutcome, RestingOrder } from '../execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../execution/fills.ts';
import { cashAfter } from '../execution/ledger.ts';
import {
  enlargePosition,
  openPosition,
  type Position,
  reducePosition,
  requestExit,
  stopReason,
} from '../execution/position.ts';
import { candleAt } from '../market/candles.ts';
import type { EpochMs } from '../market/timeframes.ts';
import { afterClose } from '../risk/standing.ts';
import type { EngineRun } from './engine-run.ts';
import { type Entry, execRowAt, type MarketState } from './market-state.ts';

const NO_TRADE: FillCandle = { open: 0, high: 0, low: 0, close: 0, volume: 0 };

/** Step 1: exits of all symbols, then entries. */
export function meetOpen(run: EngineRun, { candleMs }: Step): void {
  for (const market of run.markets) if (market.position !== undefined) leaveAtOpen(run, market, candleMs);
  for (const market of run.markets) if (market.entry !== undefined) enterAtOpen(run, market, candleMs);
}

/** Step 3: resting entries and stops. A limit lies above the stop of what it buys: the way down meets it first. */
export function meetRange(run: EngineRun, { candleMs, atMs }: Step): void {
  for (const market of run.markets) {
    if (market.entry !== undefined) enterInRange(run, market, { candleMs, atMs });
    const { position } = market;
    if (position === undefined || position.exit !== null) continue;
    const row = execRowAt(market, candleMs);
    // Most candles stay above the stop: the rules of fills need not be asked.
    if (row < 0 || market.exec.low[row]! > position.stop) continue;
    const [outcome] = fillInRange([protection(position)], candleAt(market.exec, row), market.rules.fill);
    if (outcome !== undefined) afterExit(run, market, { position, outcome, atMs });
  }
}

function leaveAtOpen(run: EngineRun, market: MarketState, atMs: EpochMs): void {
  const { position } = market;
  if (position === undefined) return;
  const row = execRowAt(market, atMs);
  if (row < 0 || (position.exit === null && market.exec.open[row]! > position.stop)) return;
  const order = position.exit === null ? protection(position) : sale(position);
  const [outcome] = fillAtOpen([order], candleAt(market.exec, row), market.rules.fill);
  if (outcome !== undefined) afterExit(run, market, { position, outcome, atMs });
}

function protection({ quantity, stop }: Position): RestingOrder {
  return { id: 'stop', side: 'sell', kind: 'stop', quantity, price: stop };
}

function sale({ quantity }: Position): RestingOrder {
  return { id: 'exit', side: 'sell', kind: 'market', quantity, isEntry: false };
}

function afterExit(
  run: EngineRun,
  market: MarketState,
  { position, outcome, atMs }: { position: Position; outcome: OrderOutcome; atMs: EpochMs },
): void {
  const { fill } = outcome;
  if (fill === undefined) return;
  const purpose = position.exit === null ? 'stop' : 'exit';
  book(run, market, { purpose, position, fill, atMs });
  if (purpose === 'stop') dropEntry(run, market);
  const reduced = reducePosition(position, { ...fill, atMs });
  if (reduced.quantity === 0n) {
    const closed = purpose === 'stop' ? requestExit(reduced, stopReason(position), atMs) : reduced;
    run.closed.push(closed);
    run.standing = afterClose(run.standing, closed, run.input.config.breakers);
    market.position = undefined;
    return;
  }
  // A stop that filled in part is followed by a sale of the rest, under the reason of the first part.
  market.position = purpose === 'stop' ? requestExit(reduced, stopReason(position), atMs) : reduced;
}

/** Nothing more is bought of what was stopped out. One on its way to the open is an entry that did not come about. */
function dropEntry(run: EngineRun, market: MarketState): void {
  if (market.entry?.chase?.limit === null) countAbandoned(run.tally);
  market.entry = undefined;
}

function enterAtOpen(run: EngineRun, market: MarketState, atMs: EpochMs): void {
  const { entry } = market;
  if (entry === undefined || isResting(entry)) return;
  market.entry = undefined;
  const row = execRowAt(market, atMs);
  const candle = row < 0 ? NO_TRADE : candleAt(market.exec, row);
  const { quantity, budget, chase } = entry;
  const limit = chase === null ? {} : { limitPrice: numberOf(chase.crossPrice) };
  const order: RestingOrder = {
    id: 'entry',
    side: 'buy',
    kind: 'market',
    quantity,
    budget,
    isEntry: true,
    ...limit,
  };
  const fill = fillAtOpen([order], candle, market.rules.fill)[0]?.fill;
  if (fill !== undefined) buy(run, market, { entry, fill, atMs });
  else if (chase !== null) countAbandoned(run.tally);
}

function enterInRange(
  run: EngineRun,
  market: MarketState,
  { candleMs, atMs }: Pick<Step, 'candleMs' | 'atMs'>,
): void {
  const { entry } = market;
  const limit = entry?.chase?.limit ?? null;
  const row = execRowAt(market, candleMs);
  if (entry === undefined || limit === null || row < 0) return;
  const { quantity, budget } = entry;
  const order: RestingOrder = {
    id: 'entry',
    side: 'buy',
    kind: 'limit',
    quantity,
    budget,
    price: numberOf(limit),
    isPostOnly: true,
  };
  const fill = fillInRange([order], candleAt(market.exec, row), market.rules.fill)[0]?.fill;
  if (fill === undefined) return;
  const rest = quantity - fill.quantity;
  market.entry =
    rest === 0n ? undefined : { ...entry, quantity: rest, budget: budget - fill.cost - fill.fee };
  buy(run, market, { entry, fill, atMs });
}

function isResting({ chase }: Entry): boolean {
  return chase !== null && chase.limit !== null;
}

/** Opens the position of an entry, or adds a further part to it. */
function buy(
  run: EngineRun,
  market: MarketState,
  { entry, fill, atMs }: { readonly entry: Entry; readonly fill: Fill; readonly atMs: EpochMs },
): void {
  const { plan, chase } = entry;
  const execution = { ...fill, atMs };
  const { position } = market;
  if (position === undefined) {
    market.position = openPosition(plan, execution, market.rules.instrument.tickDecimals);
    const names = new Set(plan.supporters.map(({ instance }) => instance));
    market.trailing = market.columns.filter(
      ({ instance, signals }) => signals.trail !== undefined && names.has(instance.id),
    );
  } else market.position = enlargePosition(position, execution);
  const number = chase?.limit === null ? 1 : 0;
  book(run, market, { purpose: 'entry', number, position: market.position, fill, atMs });
}

interface Booking {
  readonly purpose: Purpose;
  /** Earlier orders of this purpose. */
  readonly number?: number;
  readonly position: Position;
  readonly fill: Fill;
  readonly atMs: EpochMs;
}

function book(
  run: EngineRun,
  { symbol }: MarketState,
  { purpose, number = 0, position, fill, atMs }: Booking,
): void {
  const side = purpose === 'entry' ? 'buy' : 'sell';
  run.cash = cashAfter(run.cash, side, fill);
  const { tickMs } = position.plan;
  const { account } = run.input;
  const booked: BookedFill = {
    clientOrderId: run.input.isRecording ? clientOrderId({ account, symbol, tickMs, purpose, number }) : '',
    symbol,
    side,
    reason: fillReason(purpose, position),
    step: fill.step,
    atMs,
    price: fill.price,
    quantity: fill.quantity,
    cost: fill.cost,
    fee: fill.fee,
  };
  run.fills.push(booked);
}
