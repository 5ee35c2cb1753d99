import type { DecisionRecord } from '../core/decision/record.ts';
import { AppError } from '../core/errors.ts';
import { type ClockMark, type ClockSpan, clockSteps, type Step } from '../core/execution/clock.ts';
import type { Candle } from '../core/market/candles.ts';
import { type EpochMs, timeframeMs } from '../core/market/timeframes.ts';
import type { ModelledExchange } from '../ports/modelled-exchange.ts';
import { type Account, isBehind, loadAccount } from './account.ts';
import { type Analyst, analystOf } from './analysis.ts';
import { tick } from './tick.ts';
import type { Trader } from './trader.ts';
import { watch } from './watch.ts';

/** A trader on a modelled exchange, with the exec candles that its orders meet. */
export interface Paper {
  readonly trader: Trader;
  readonly exchange: ModelledExchange;
  /** The exec candle of a symbol that opened then; undefined in a hole. */
  readonly execCandle: (symbol: string, openMs: EpochMs) => Promise<Candle | undefined>;
}

/** Told what each step brought. */
export interface DriveHooks {
  readonly onDecisions?: ((records: readonly DecisionRecord[]) => void) | undefined;
  readonly onStep?: ((step: Step) => void | Promise<void>) | undefined;
  /** Whether a tick may still enter; without it every tick may. */
  readonly isMissed?: ((atMs: EpochMs) => boolean) | undefined;
}

/** Length of the shortest timeframe on which something decides: ticks are at its multiples. */
export function tickLengthMs({ instances }: Pick<Trader, 'instances'>): number {
  return Math.min(...instances.map(({ timeframe }) => timeframeMs[timeframe]));
}

/**
 * Takes an account through the steps of a span: exec candles to the exchange, watches, ticks.
 * Interrupted anywhere and begun again, it carries on with the step that was under way.
 * @returns what is open at the end
 */
export async function drive(
  paper: Paper,
  span: Omit<ClockSpan, 'execMs' | 'tickMs'>,
  hooks: DriveHooks = {},
): Promise<OpenCounts> {
  const { trader } = paper;
  const whole = { ...span, execMs: trader.execMs, tickMs: tickLengthMs(trader) };
  const account = await loadAccount(trader.store, trader.account);
  let open: OpenCounts = { openOrders: account.orders.size, openPositions: account.positions.size };
  const isBusy = () => open.openOrders + open.openPositions > 0;
  const analyst = analystOf(trader);
  for (const step of clockSteps(whole, isBusy, await lastMark(paper, account, whole))) {
    if (step.kind === 'OPEN' || step.kind === 'RANGE') await meet(paper, step);
    else open = await work(paper, step, { analyst, hooks });
    await hooks.onStep?.(step);
  }
  return open;
}

export interface OpenCounts {
  readonly openOrders: number;
  readonly openPositions: number;
}

/**
 * The last step that was certainly completed, or undefined for a beginning.
 * The newest tick is run again, for it may have been interrupted; finished, it changes nothing.
 */
async function lastMark(
  { exchange }: Paper,
  { head }: Account,
  { fromMs, execMs }: ClockSpan,
): Promise<ClockMark | undefined> {
  const { lastTickMs } = head.value;
  const clock = await exchange.clock();
  if (lastTickMs === null || lastTickMs < fromMs) return undefined;
  if (clock !== undefined && clock.candleMs >= lastTickMs) return clock;
  return { kind: 'CLOSED', candleMs: lastTickMs - execMs };
}

async function meet({ trader, exchange, execCandle }: Paper, { kind, candleMs }: Step): Promise<void> {
  const candles = new Map<string, Candle | undefined>();
  for (const symbol of trader.config.symbols) candles.set(symbol, await execCandle(symbol, candleMs));
  const endMs = candleMs + trader.execMs;
  await exchange.meet(kind === 'OPEN' ? 'OPEN' : 'RANGE', { candleMs, endMs }, candles);
}

async function work(
  { trader }: Paper,
  { kind, atMs }: Step,
  { analyst, hooks }: { readonly analyst: Analyst; readonly hooks: DriveHooks },
): Promise<OpenCounts> {
  if (kind !== 'TICK') {
    const outcome = await watch(trader, { analyst, atMs, isCandleClosed: kind === 'CLOSED' });
    if (outcome === 'held') throw held(trader.account);
    return outcome;
  }
  const outcome = await tick(trader, { analyst, atMs, isMissed: hooks.isMissed?.(atMs) ?? false });
  if (outcome === 'held') throw held(trader.account);
  if (outcome !== 'done-before') {
    hooks.onDecisions?.(outcome.decisions);
    return outcome;
  }
  const account = await loadAccount(trader.store, trader.account);
  // Another process is further along: its orders must not meet candles of their past.
  if (isBehind(account, atMs)) throw held(trader.account);
  const { orders, positions } = account;
  return { openOrders: orders.size, openPositions: positions.size };
}

function held(account: string): AppError {
  return new AppError(
    'account-busy',
    `Another process is at work on the account '${account}'.`,
    'Wait for it to end; one that was killed gives the account up within 90 seconds.',
  );
}
