import { type Units, unitsOf } from '../../shared/core/decimal.ts';
import { type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import type { BookMode } from '../kraken-simulator/orders.ts';
import type { Chance } from './chance.ts';
import { pairOf } from './exchange.ts';
import type { Market, MarketTrade } from './market.ts';
import type { Machine } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Scene {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly book: KrakenBook;
  readonly machines: readonly Machine[];
  /** The key with which we call. */
  readonly key: { isRefused: boolean };
  /** Orders under ids of our form that are none of ours, and since when they rest. */
  readonly foreign: Map<string, EpochMs>;
}

export interface Span {
  readonly startMs: EpochMs;
  /** From here on nothing goes wrong any more. */
  readonly calmMs: EpochMs;
  readonly endMs: EpochMs;
}

const HUNDREDTH = unitsOf('0.01');
const THOUSANDTH = unitsOf('0.001');

/** Lets the market trade; where little is offered, what takes gets a part of what it wants. */
export function planMarket({ time, chance, book }: Scene, { calmMs }: Span, { trades }: Market): void {
  const offer = (levels: number, levelVolume: Units | null) => {
    for (const { name } of book.pairs) book.setDepth(name, { levels, levelVolume });
    return false;
  };
  if (chance.happens('thin market', 0.4))
    offer(chance.whole(1, 12), unitsOf(chance.pick(['0.00004', '0.0009', '0.02', '0.05', '0.3'])));
  time.at(calmMs, () => offer(1, null));

  const trade = ({ symbol, atMs, cents, thousandths }: MarketTrade) => {
    book.trade(pairOf(symbol), {
      atMs,
      price: BigInt(cents) * HUNDREDTH,
      volume: BigInt(thousandths) * THOUSANDTH,
    });
    return false;
  };
  for (const one of trades) time.at(one.atMs, () => trade(one));
}

/** Wakes a run every minute: on either machine, and now and then late, twice or not at all. */
export function planEvents(
  { time, chance, machines }: Scene,
  span: Span,
  wake: (machine: Machine) => void,
): void {
  for (let atMs = span.startMs; atMs < span.endMs; atMs += MINUTE_MS) {
    time.at(atMs, () => {
      if (chance.happens('event lost', 0.04)) return false;
      const lateMs = chance.happens('event late', 0.06) ? chance.between(20_000, 110_000) : 0;
      const waitMs = chance.between(5_000, 7_000) + lateMs;
      time.after(waitMs, () => wake(chance.pick(machines)));
      if (chance.happens('event twice', 0.12))
        time.after(waitMs + chance.between(0, 4_000), () => wake(chance.pick(machines)));
      return false;
    });
  }
}

/** Clocks that are off, jump, and are set right again. */
export function planClocks({ time, chance, machines }: Scene, { startMs, calmMs }: Span): void {
  for (const machine of machines) {
    const right = () => {
      machine.offsetMs = chance.between(-400, 400);
      return false;
    };
    const isOff = chance.happens('clock off', 0.15);
    machine.offsetMs = isOff ? chance.between(-45_000, 45_000) : chance.between(-400, 400);
    if (isOff) time.at(chance.between(startMs, calmMs), right);
    time.at(chance.between(startMs, calmMs), () => {
      if (!chance.happens('clock step', 0.35)) return false;
      machine.offsetMs += chance.between(-150_000, 150_000);
      time.after(chance.between(1_000, 300_000), right);
      return false;
    });
    time.at(calmMs, right);
  }
}

const modes = [
  { trouble: 'maintenance', mode: 'maintenance' },
  { trouble: 'cancel only', mode: 'cancel_only' },
  { trouble: 'post only', mode: 'post_only' },
] as const satisfies readonly { readonly trouble: string; readonly mode: BookMode }[];

/** The exchange is closed, wholly or in part, for some minutes. */
export function planModes({ time, chance, book }: Scene, { startMs, calmMs }: Span): void {
  for (const { trouble, mode } of modes) {
    time.at(chance.between(startMs, calmMs), () => {
      if (!chance.happens(trouble, 0.12)) return false;
      book.setMode(mode);
      time.after(chance.between(5_000, 400_000), () => book.setMode('online') === undefined && false);
      return false;
    });
  }
  time.at(calmMs, () => {
    book.setMode('online');
    return false;
  });
}

/** Now and then the exchange itself ends a stop. */
export function planCancels({ time, chance, book }: Scene, { startMs, calmMs }: Span): void {
  const cancel = () => {
    const stop = [...book.orders.values()].find(
      ({ type, status, clOrdId }) => type === 'stop-loss' && status === 'open' && clOrdId !== null,
    );
    if (stop !== undefined && chance.happens('stop cancelled by the exchange', 0.15))
      book.endByHand(stop.txid, { nowMs: time.nowMs(), reason: 'Cancelled by the exchange' });
    return false;
  };
  for (let times = 0; times < 2; times++) time.at(chance.between(startMs, calmMs), cancel);
}
