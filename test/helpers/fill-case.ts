import { numberOf, type Units, unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { type FillRules, trailLevel } from '../../shared/core/execution/costs.ts';
import type {
  OrderOutcome,
  ProtectiveOrder,
  RestingOrder,
  Side,
} from '../../shared/core/execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../../shared/core/execution/fills.ts';

/** A case of cases/fills.json; spec: fills explains the keys. */
export interface FillCase {
  readonly id: string;
  readonly name: string;
  readonly mode?: Mode;
  readonly side?: 'long' | 'short';
  readonly c: readonly (readonly [open: number, high: number, low: number, close: number])[];
  readonly entry: number;
  readonly exit_sig?: number;
  readonly sl?: number;
  readonly tp?: number;
  readonly trail?: number;
  readonly limit?: number;
  readonly exp: {
    readonly entry: readonly [candle: number, price: number] | null;
    readonly exit?: readonly [candle: number, price: number, reasons: string] | 'policy' | null;
  };
}

/** Who holds the target and the trail: nobody but the watch, or one of them the exchange. */
export const modes = ['watched', 'target-resting', 'trail-exchange'] as const;
export type Mode = (typeof modes)[number];

export interface Played {
  readonly entry: readonly [candle: number, price: number] | null;
  readonly exit: readonly [candle: number, price: number, reason: string] | null;
}

const PLACES_MIN = 2;
const PLACES_MAX = 8;

/** The tick of a case: the last decimal place that its numbers use, a cent at most. */
export function tickDecimalsOf({ c, sl, tp, limit, exp }: FillCase): number {
  const expected = typeof exp.exit === 'string' ? [] : [exp.entry?.[1], exp.exit?.[1]];
  const prices = [...c.flat(), sl, tp, limit, ...expected].filter((price) => price !== undefined);
  const places = prices.map((price) => String(price).split('.')[1]?.length ?? 0);
  return Math.min(PLACES_MAX, Math.max(PLACES_MIN, ...places));
}

/** Everything free of charge and as much as one wants. */
function freeRules(tickDecimals: number): FillRules {
  return {
    tickDecimals,
    lotDecimals: 8,
    takerFee: 0n,
    makerFee: 0n,
    halfSpread: 0n,
    slippage: 0n,
    stopSlip: 0n,
    stopSlipFall: 0n,
    volumeShare: unitsOf('1'),
  };
}

/** The costs of BTC on paper: taker 0.4 %, maker 0.25 %, half-spread 1 bp, the rest as execution.md §6. */
export function paidRules(tickDecimals: number): FillRules {
  return {
    tickDecimals,
    lotDecimals: 8,
    takerFee: unitsOf('0.004'),
    makerFee: unitsOf('0.0025'),
    halfSpread: unitsOf('0.0001'),
    slippage: unitsOf('0.0002'),
    stopSlip: unitsOf('0.001'),
    stopSlipFall: unitsOf('0.05'),
    volumeShare: unitsOf('0.05'),
  };
}

const QUANTITY = unitsOf('1');
const VOLUME = 1000;

/** Plays a case through the five steps of the clock; one candle of the case is one exec candle. */
export function playCase(given: FillCase, mode: Mode): Played {
  const account = accountOf(given, mode);
  for (let i = given.entry + 1; i < given.c.length; i++) {
    const [open, high, low, close] = given.c[i] ?? [0, 0, 0, 0];
    const candle = { open, high, low, close, volume: VOLUME };
    book(account, i, fillAtOpen(account.orders, candle, account.rules));
    book(account, i, fillInRange(account.orders, candle, account.rules));
    if (account.entry !== null && account.exit === null) watch(account, i, candle);
  }
  return { entry: account.entry, exit: account.exit };
}

/** One position from its entry order to its exit, long or short. */
interface Account {
  readonly given: FillCase;
  readonly mode: Mode;
  readonly rules: FillRules;
  readonly trailFraction: Units;
  readonly entrySide: Side;
  readonly exitSide: Side;
  orders: readonly RestingOrder[];
  entry: Played['entry'];
  exit: Played['exit'];
  exitReason: string;
  /** Trigger in force, and whether it is another than the first stop. */
  stop: number | undefined;
  isRaised: boolean;
  best: number | undefined;
}

function accountOf(given: FillCase, mode: Mode): Account {
  const isLong = given.side !== 'short';
  const account: Account = {
    given,
    mode,
    rules: freeRules(tickDecimalsOf(given)),
    trailFraction: unitsOfNumber(given.trail ?? 0),
    entrySide: isLong ? 'buy' : 'sell',
    exitSide: isLong ? 'sell' : 'buy',
    orders: [],
    entry: null,
    exit: null,
    exitReason: '',
    stop: given.sl,
    isRaised: false,
    best: undefined,
  };
  account.orders = [entryOrder(account)];
  return account;
}

function entryOrder(account: Account): RestingOrder {
  const base = { id: 'entry', side: account.entrySide, quantity: QUANTITY };
  const { limit } = account.given;
  if (limit === undefined) return { ...base, kind: 'market', isEntry: true };
  return { ...base, kind: 'limit', price: limit, onFill: protection(account, limit) };
}

/** What rests once the entry has filled: the stop or the trail, and the target where the exchange holds it. */
function protection(account: Account, fillPrice: number): readonly ProtectiveOrder[] {
  const { exitSide, mode, given } = account;
  const stop = firstStop(account, fillPrice);
  const orders = stop === undefined ? [] : [stopAt(account, stop)];
  if (mode !== 'target-resting' || given.tp === undefined) return orders;
  const target = { id: 'target', side: exitSide, quantity: QUANTITY, group: 'exit' };
  return [...orders, { ...target, kind: 'limit', price: given.tp }];
}

function firstStop(account: Account, fillPrice: number): number | undefined {
  const { sl } = account.given;
  if (!isTrailHeld(account)) return sl;
  const level = trailAt(account, fillPrice);
  return sl === undefined || isBetter(account, level, sl) ? level : sl;
}

function stopAt(account: Account, price: number): ProtectiveOrder {
  const { exitSide, trailFraction } = account;
  const base = { id: 'stop', side: exitSide, quantity: QUANTITY, group: 'exit', price };
  return isTrailHeld(account) ? { ...base, kind: 'trailing-stop', trailFraction } : { ...base, kind: 'stop' };
}

function isTrailHeld({ mode, given }: Account): boolean {
  return mode === 'trail-exchange' && given.trail !== undefined;
}

/** Better for the position: higher for a long. */
function isBetter({ entrySide }: Account, a: number, b: number): boolean {
  return entrySide === 'buy' ? a > b : a < b;
}

function trailAt({ exitSide, trailFraction, rules }: Account, best: number): number {
  return trailLevel(exitSide, best, trailFraction, rules.tickDecimals);
}

/** Steps 2 and 4: books what filled, rests what protects it. */
function book(account: Account, i: number, outcomes: readonly OrderOutcome[]) {
  for (const { orderId, status, fill, level } of outcomes) {
    if (status !== 'open') account.orders = account.orders.filter(({ id }) => id !== orderId);
    if (level !== undefined) moveStop(account, level);
    if (fill !== undefined) bookFill(account, i, orderId, numberOf(fill.price));
  }
}

function bookFill(account: Account, i: number, orderId: string, price: number) {
  if (orderId === 'entry') {
    account.entry = [i, price];
    account.orders = protection(account, price);
    account.stop = firstStop(account, price);
    account.isRaised = account.stop !== account.given.sl;
  } else {
    account.exit = [i, price, reasonOf(account, orderId, price)];
    account.orders = [];
  }
}

function reasonOf(account: Account, orderId: string, price: number): string {
  if (orderId === 'target') return 'TARGET';
  if (orderId === 'exit') return account.exitReason;
  // A trail that the exchange raised and hit within the candle shows in the price alone.
  const isRaised =
    account.isRaised || (isTrailHeld(account) && isBetter(account, price, account.stop ?? price));
  return isRaised ? 'TRAIL' : 'STOP';
}

function moveStop(account: Account, level: number) {
  if (account.stop !== undefined && !isBetter(account, level, account.stop)) return;
  account.stop = level;
  account.isRaised = true;
  account.orders = [...account.orders.filter(({ id }) => id !== 'stop'), stopAt(account, level)];
}

/** The trail from the finished candle, the target at its close (step 4); then the exit signal (step 5). */
function watch(account: Account, i: number, { high, low, close }: FillCandle) {
  const { given, mode } = account;
  const farthest = account.entrySide === 'buy' ? high : low;
  const best = account.best ?? farthest;
  account.best = isBetter(account, farthest, best) ? farthest : best;
  if (given.trail !== undefined && mode !== 'trail-exchange')
    moveStop(account, trailAt(account, account.best));
  const isWatched = given.tp !== undefined && mode !== 'target-resting';
  if (isWatched && !isBetter(account, given.tp, close)) requestExit(account, 'TARGET');
  if (given.exit_sig === i) requestExit(account, 'SIGNAL');
}

/** The first reason stays; the stop is cancelled. */
function requestExit(account: Account, reason: string) {
  if (account.exitReason !== '') return;
  account.exitReason = reason;
  const exit = { id: 'exit', side: account.exitSide, quantity: QUANTITY };
  account.orders = [{ ...exit, kind: 'market', isEntry: false }];
}
