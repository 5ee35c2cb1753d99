import type { DecisionRecord } from '../core/decision/record.ts';
import { AppError } from '../core/errors.ts';
import { type ClockMark, type ClockSpan, clockSteps, type Step } from '../core/execution/clock.ts';
import type { Candle } from '../core/market/candles.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { ModelledExchange } from '../ports/modelled-exchange.ts';
import { type Account, withSession } from './account.ts';
import { type Analyst, analystOf } from './analysis.ts';
import { tick } from './tick.ts';
import { type Trader, tickLengthMs } from './trader.ts';
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
  /** Asked before each piece of work; throws where too little time is left for it. What was done before it stays. */
  readonly needTime?: ((work: 'tick' | 'step') => void) | undefined;
  /** Whether a tick may still enter; without it every tick may. */
  readonly isMissed?: ((atMs: EpochMs) => boolean) | undefined;
  /** Told of a failure that touched no decision and no order, and that passes by itself. */
  readonly onPassing?: ((failure: AppError) => void) | undefined;
}

/**
 * Takes an account through the steps of a span: exec candles to the exchange, watches, ticks.
 * Interrupted anywhere and begun again, it carries on with the step that was under way.
 * @returns what is open at the end
 * @throws AppError `account-busy` when another process holds the account, or took it between two steps: this one
 * would go on from where the account no longer stands
 */
export async function drive(
  paper: Paper,
  span: Omit<ClockSpan, 'execMs' | 'tickMs'>,
  hooks: DriveHooks = {},
): Promise<OpenCounts> {
  const trader: Trader = { ...paper.trader, tenure: { fence: null } };
  const whole = { ...span, execMs: trader.execMs, tickMs: tickLengthMs(trader) };
  const begun = await begin({ ...paper, trader }, whole);
  let { open } = begun;
  const isBusy = () => open.openOrders + open.openPositions > 0;
  const analyst = analystOf(trader);
  let refused: readonly unknown[] = [];
  for (const step of clockSteps(whole, isBusy, begun.mark)) {
    hooks.needTime?.(step.kind === 'TICK' ? 'tick' : 'step');
    if (step.kind === 'OPEN' || step.kind === 'RANGE') await meet(paper, step);
    else {
      const worked = await work(trader, step, { analyst, hooks, begun });
      open = worked;
      refused = worked.refused ?? refused;
    }
    await hooks.onStep?.(step);
  }
  // What was asked and could not be done is told once every step is done.
  if (refused.length > 0) throw refused[0];
  return open;
}

export interface OpenCounts {
  readonly openOrders: number;
  readonly openPositions: number;
}

/** Where the account stands as a drive begins. */
interface Begun {
  readonly lastTickMs: EpochMs | null;
  readonly open: OpenCounts;
  readonly mark: ClockMark | undefined;
}

/** Reads where the account stands while nobody else can move it. */
async function begin(paper: Paper, whole: ClockSpan): Promise<Begun> {
  const { trader } = paper;
  const begun = await withSession(trader, async ({ account }) => {
    const open = { openOrders: account.orders.size, openPositions: account.positions.size };
    return { lastTickMs: account.head.value.lastTickMs, open, mark: await lastMark(paper, account, whole) };
  });
  if (begun === 'held') throw held(trader.account);
  return begun;
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
  trader: Trader,
  { kind, atMs }: Step,
  { analyst, hooks, begun }: { analyst: Analyst; hooks: DriveHooks; begun: Begun },
): Promise<OpenCounts & { readonly refused?: readonly unknown[] }> {
  if (kind !== 'TICK') {
    const outcome = await watch(trader, { analyst, atMs, isCandleClosed: kind === 'CLOSED' });
    if (outcome === 'held') throw held(trader.account);
    return outcome;
  }
  const isMissed = hooks.isMissed?.(atMs) ?? false;
  const needTime = () => hooks.needTime?.('tick');
  const outcome = await tick(trader, { analyst, atMs, isMissed, needTime });
  if (outcome === 'held') throw held(trader.account);
  if (outcome !== 'done-before') {
    hooks.onDecisions?.(outcome.decisions);
    return outcome;
  }
  if (atMs === begun.lastTickMs) return begun.open;
  throw held(trader.account);
}

/** Somebody else has the account. */
export function held(account: string): AppError {
  return new AppError(
    'account-busy',
    `Another process is at work on the account '${account}'.`,
    'Wait for it to end; one that was killed gives the account up within 90 seconds.',
  );
}
