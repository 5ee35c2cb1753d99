import { type BookedFill, fillReason } from '../execution/books.ts';
import { clientOrderId, type Purpose } from '../execution/client-id.ts';
import type { Step } from '../execution/clock.ts';
import type { Fill, OrderOutcome, RestingOrder } from '../execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../execution/fills.ts';
import { cashAfter } from '../execution/ledger.ts';
import {
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
import { execRowAt, type MarketState } from './market-state.ts';

const NO_TRADE: FillCandle = { open: 0, high: 0, low: 0, close: 0, volume: 0 };

/** Step 1: exits of all symbols, then entries. */
export function meetOpen(run: EngineRun, { candleMs }: Step): void {
  for (const market of run.markets) if (market.position !== undefined) leaveAtOpen(run, market, candleMs);
  for (const market of run.markets) if (market.entry !== undefined) enterAtOpen(run, market, candleMs);
}

/** Step 3: resting stops. */
export function meetRange(run: EngineRun, { candleMs, atMs }: Step): void {
  for (const market of run.markets) {
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

function enterAtOpen(run: EngineRun, market: MarketState, atMs: EpochMs): void {
  const { entry } = market;
  if (entry === undefined) return;
  market.entry = undefined;
  const row = execRowAt(market, atMs);
  const candle = row < 0 ? NO_TRADE : candleAt(market.exec, row);
  const { quantity, budget, plan } = entry;
  const order: RestingOrder = { id: 'entry', side: 'buy', kind: 'market', quantity, budget, isEntry: true };
  const fill = fillAtOpen([order], candle, market.rules.fill)[0]?.fill;
  if (fill === undefined) return;
  market.position = openPosition(plan, { ...fill, atMs }, market.rules.instrument.tickDecimals);
  const names = new Set(plan.supporters.map(({ instance }) => instance));
  market.trailing = market.columns.filter(
    ({ instance, signals }) => signals.trail !== undefined && names.has(instance.id),
  );
  book(run, market, { purpose: 'entry', position: market.position, fill, atMs });
}

function book(
  run: EngineRun,
  { symbol }: MarketState,
  { purpose, position, fill, atMs }: { purpose: Purpose; position: Position; fill: Fill; atMs: EpochMs },
): void {
  const side = purpose === 'entry' ? 'buy' : 'sell';
  run.cash = cashAfter(run.cash, side, fill);
  const { tickMs } = position.plan;
  const { account } = run.input;
  const booked: BookedFill = {
    clientOrderId: run.input.isRecording
      ? clientOrderId({ account, symbol, tickMs, purpose, number: 0 })
      : '',
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
