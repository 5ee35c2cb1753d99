import type { EpochMs } from '../market/timeframes.ts';

/**
 * One step of the clock that backtest, replay and paper share.
 * Exec candle [u, u + E): OPEN at u, AFTER_OPEN at u, RANGE and CLOSED at u + E, then TICK at u + E when a
 * strategy's candle closes there.
 */
type StepKind = 'OPEN' | 'AFTER_OPEN' | 'RANGE' | 'CLOSED' | 'TICK';

export interface Step {
  readonly kind: StepKind;
  /** Open time u of the exec candle; of a TICK, that of the candle which begins at the tick. */
  readonly candleMs: EpochMs;
  /** The instant of the step: u, u, u + E, u + E, and the tick. */
  readonly atMs: EpochMs;
}

export interface ClockSpan {
  /** First instant; a TICK happens there when it is one. */
  readonly fromMs: EpochMs;
  /** Last instant: its TICK happens, the candle that begins there does not. */
  readonly toMs: EpochMs;
  /** Length of an exec candle; divides `tickMs`. */
  readonly execMs: number;
  /** Ticks are at the multiples of this. */
  readonly tickMs: number;
}

/** Where a clock stood: the last step that was completed. */
export type ClockMark = Pick<Step, 'kind' | 'candleMs'>;

/**
 * The steps of a span in order. Steps 1 to 4 of a candle are left out when nothing is open as it begins.
 *
 * @param isBusy asked as each exec candle begins: is an order or a position open?
 * @param after begin with the step that follows this one, as after a restart
 * @see spec: the clock of execution; the same steps drive the engine and the replay
 */
export function* clockSteps(span: ClockSpan, isBusy: () => boolean, after?: ClockMark): Generator<Step> {
  let step = after === undefined ? firstStep(span, isBusy) : stepAfter(after, span, isBusy);
  for (; step !== undefined; step = stepAfter(step, span, isBusy)) yield step;
}

/** The first step of a span, or undefined when it has none. */
export function firstStep(span: ClockSpan, isBusy: () => boolean): Step | undefined {
  return tickOrCandle(span.fromMs, span, isBusy);
}

/** The step that follows another, or undefined after the last. */
export function stepAfter(
  { kind, candleMs }: ClockMark,
  span: ClockSpan,
  isBusy: () => boolean,
): Step | undefined {
  const endMs = candleMs + span.execMs;
  switch (kind) {
    case 'TICK':
      return candleFrom(candleMs, span, isBusy);
    case 'OPEN':
      return { kind: 'AFTER_OPEN', candleMs, atMs: candleMs };
    case 'AFTER_OPEN':
      return { kind: 'RANGE', candleMs, atMs: endMs };
    case 'RANGE':
      return { kind: 'CLOSED', candleMs, atMs: endMs };
    case 'CLOSED':
      return tickOrCandle(endMs, span, isBusy);
  }
}

/** At the border of two candles: the tick there when there is one, else what follows. */
function tickOrCandle(atMs: EpochMs, span: ClockSpan, isBusy: () => boolean): Step | undefined {
  if (atMs % span.tickMs === 0) return { kind: 'TICK', candleMs: atMs, atMs };
  return candleFrom(atMs, span, isBusy);
}

/** The beginning of the candle that opens at `atMs`, or while nothing is open the next tick. */
function candleFrom(
  atMs: EpochMs,
  { toMs, execMs, tickMs }: ClockSpan,
  isBusy: () => boolean,
): Step | undefined {
  for (let candleMs = atMs; candleMs < toMs; candleMs += execMs) {
    if (isBusy()) return { kind: 'OPEN', candleMs, atMs: candleMs };
    const endMs = candleMs + execMs;
    if (endMs % tickMs === 0) return { kind: 'TICK', candleMs: endMs, atMs: endMs };
  }
  return undefined;
}
