import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClockMark,
  type ClockSpan,
  clockSteps,
  type Step,
} from '../../../shared/core/execution/clock.ts';

const always = () => true;
const never = () => false;
/** `OPEN 0@0` is the step OPEN of the candle that begins at 0, at the instant 0. */
const text = (steps: Iterable<Step>) =>
  [...steps].map(({ kind, candleMs, atMs }) => `${kind} ${candleMs}@${atMs}`);

describe('the clock', () => {
  it('takes five steps for a busy exec candle as long as the strategy’s', () => {
    const span = { fromMs: 8, toMs: 12, execMs: 4, tickMs: 4 };
    expect(text(clockSteps(span, always))).toEqual([
      'TICK 8@8',
      'OPEN 8@8',
      'AFTER_OPEN 8@8',
      'RANGE 8@12',
      'CLOSED 8@12',
      'TICK 12@12',
    ]);
  });

  it('ticks only where a strategy’s candle closes', () => {
    const span = { fromMs: 0, toMs: 4, execMs: 2, tickMs: 4 };
    expect(text(clockSteps(span, always))).toEqual([
      'TICK 0@0',
      'OPEN 0@0',
      'AFTER_OPEN 0@0',
      'RANGE 0@2',
      'CLOSED 0@2',
      'OPEN 2@2',
      'AFTER_OPEN 2@2',
      'RANGE 2@4',
      'CLOSED 2@4',
      'TICK 4@4',
    ]);
  });

  it('only ticks while nothing is open', () => {
    const span = { fromMs: 0, toMs: 8, execMs: 1, tickMs: 4 };
    expect(text(clockSteps(span, never))).toEqual(['TICK 0@0', 'TICK 4@4', 'TICK 8@8']);
  });

  it('does not tick at a beginning between two ticks', () => {
    const span = { fromMs: 6, toMs: 8, execMs: 2, tickMs: 4 };
    expect(text(clockSteps(span, never))).toEqual(['TICK 8@8']);
  });

  it('decides at its last instant, and fills nothing after it', () => {
    expect(text(clockSteps({ fromMs: 4, toMs: 4, execMs: 4, tickMs: 4 }, always))).toEqual(['TICK 4@4']);
  });

  it('asks whether something is open as each exec candle begins, and finishes what began', () => {
    let isOpen = true;
    const span = { fromMs: 0, toMs: 2, execMs: 1, tickMs: 4 };
    const seen: string[] = [];
    for (const step of clockSteps(span, () => isOpen)) {
      seen.push(step.kind);
      if (step.kind === 'OPEN') isOpen = false; // sold at the open
    }
    expect(seen).toEqual(['TICK', 'OPEN', 'AFTER_OPEN', 'RANGE', 'CLOSED']);
  });
});

describe('a clock that is resumed', () => {
  /** Something opens at some ticks and ends in some candles, in some steps of them. */
  const life = fc.record({
    span: fc.record({
      fromMs: fc.integer({ min: 0, max: 8 }),
      length: fc.integer({ min: 0, max: 12 }),
      execMs: fc.constantFrom(1, 2, 4),
    }),
    opens: fc.array(fc.integer({ min: 0, max: 20 })),
    ends: fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom('OPEN', 'RANGE', 'CLOSED'))),
    isOpenFirst: fc.boolean(),
  });

  it('takes the steps that follow, after whichever step it stopped', () => {
    fc.assert(
      fc.property(life, ({ span: { fromMs, length, execMs }, opens, ends, isOpenFirst }) => {
        const from = fromMs * execMs;
        const span = { fromMs: from, toMs: from + length * execMs, execMs, tickMs: 4 };
        const isOpenAfter = (isOpen: boolean, { kind, candleMs }: Step) => {
          if (kind === 'TICK') return isOpen || opens.includes(candleMs);
          return isOpen && !ends.some(([endMs, end]) => endMs === candleMs && end === kind);
        };
        const whole = run(span, isOpenFirst, isOpenAfter);
        whole.forEach(({ step, isOpen }, i) => {
          const rest = run(span, isOpen, isOpenAfter, step);
          expect(rest).toEqual(whole.slice(i + 1));
        });
      }),
      { numRuns: 200 },
    );
  });

  interface Taken {
    readonly step: Step;
    /** Whether something is open once the step is done. */
    readonly isOpen: boolean;
  }

  function run(
    span: ClockSpan,
    isOpenFirst: boolean,
    isOpenAfter: (isOpen: boolean, step: Step) => boolean,
    after?: ClockMark,
  ): readonly Taken[] {
    const taken: Taken[] = [];
    let isOpen = isOpenFirst;
    for (const step of clockSteps(span, () => isOpen, after)) {
      isOpen = isOpenAfter(isOpen, step);
      taken.push({ step, isOpen });
    }
    return taken;
  }
});
