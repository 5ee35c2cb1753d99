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
 * @see spec: the clock of execution; the same generator drives the engine and the replay
 */
export function* clockSteps(span: ClockSpan, isBusy: () => boolean, after?: ClockMark): Generator<Step> {
  const { toMs, execMs, tickMs } = span;
  const isTick = (atMs: EpochMs) => atMs % tickMs === 0;
  const beginning = beginningOf(span, after);
  yield* beginning.steps;
  let { candleMs } = beginning;
  for (; candleMs < toMs; candleMs += execMs) {
    // Not yield*, which passes every step on once more: a backtest takes millions of them.
    if (isBusy()) for (const step of candleSteps(candleMs, execMs)) yield step;
    if (isTick(candleMs + execMs)) yield tickAt(candleMs + execMs);
  }
}

/** The steps before the first whole candle, and where that one begins. */
function beginningOf({ fromMs, execMs, tickMs }: ClockSpan, after: ClockMark | undefined) {
  if (after?.kind === 'TICK') return { steps: [], candleMs: after.candleMs };
  const candleMs = after === undefined ? fromMs : after.candleMs + execMs;
  const begun = after === undefined ? [] : candleSteps(after.candleMs, execMs);
  const steps = begun.slice(begun.findIndex(({ kind }) => kind === after?.kind) + 1);
  return { steps: candleMs % tickMs === 0 ? [...steps, tickAt(candleMs)] : steps, candleMs };
}

function tickAt(atMs: EpochMs): Step {
  return { kind: 'TICK', candleMs: atMs, atMs };
}

function candleSteps(candleMs: EpochMs, execMs: number): readonly Step[] {
  const endMs = candleMs + execMs;
  return [
    { kind: 'OPEN', candleMs, atMs: candleMs },
    { kind: 'AFTER_OPEN', candleMs, atMs: candleMs },
    { kind: 'RANGE', candleMs, atMs: endMs },
    { kind: 'CLOSED', candleMs, atMs: endMs },
  ];
}
