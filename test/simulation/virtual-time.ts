import type { EpochMs } from '../../shared/core/market/timeframes.ts';

interface Due {
  readonly atMs: EpochMs;
  /** Of what is due at once, what was asked for first comes first. */
  readonly order: number;
  readonly run: () => unknown;
}

/** The time of a world: it passes only from one thing that is due to the next. */
export interface VirtualTime {
  /** The true present, which no clock of the world need show. */
  nowMs(): EpochMs;
  /** @param run returns false when it wakes nobody: nothing need be waited for then */
  at(atMs: EpochMs, run: () => unknown): void;
  after(waitMs: number, run: () => unknown): void;
  /**
   * Lets everything happen that is due until an instant. Whoever was woken goes on until it waits for a call again
   * before the next thing happens.
   * @param onStep called after each, once all that it woke stands still
   */
  runUntil(untilMs: EpochMs, onStep: () => void): Promise<void>;
}

export function virtualTime(startMs: EpochMs): VirtualTime {
  const heap: Due[] = [];
  let nowMs = startMs;
  let asked = 0;
  const time: VirtualTime = {
    nowMs: () => nowMs,
    at: (atMs, run) => push(heap, { atMs: Math.ceil(Math.max(atMs, nowMs)), order: ++asked, run }),
    after: (waitMs, run) => time.at(nowMs + waitMs, run),
    async runUntil(untilMs, onStep) {
      for (let next = heap[0]; next !== undefined && next.atMs <= untilMs; next = heap[0]) {
        pop(heap);
        nowMs = next.atMs;
        if (next.run() !== false) await everythingElse();
        onStep();
      }
      nowMs = untilMs;
    },
  };
  return time;
}

/** Resolves once no promise of this process has anything left to do. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap: the earliest stands at 0, and none before its parent at ⌊(i − 1) / 2⌋. */
function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, due)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const least = isRight ? right : left;
    if (least === undefined || isBefore(last, least)) break;
    heap[at] = least;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
}
