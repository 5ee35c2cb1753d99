import { describe, expect, it } from 'vitest';
import { numberOf, unitsOf } from '../../../shared/core/decimal.ts';
import type { BookedFill } from '../../../shared/core/execution/books.ts';
import { type Curve, newCurve, nextPoint } from '../../../shared/core/execution/equity-curve.ts';

const mark = (atMs: number, equity: string, cash = equity) => ({
  atMs,
  equity: unitsOf(equity),
  cash: unitsOf(cash),
});
const flow = (atMs: number, amount: string, id = 'a') => ({ id, atMs, amount: unitsOf(amount) });
/** Bought at 10 USD for a fee of 1. */
const bought = (atMs: number, step: 'OPEN' | 'RANGE'): BookedFill => ({
  clientOrderId: 'one',
  symbol: 'BTC/USD',
  side: 'buy',
  reason: 'ENTRY',
  step,
  atMs,
  price: unitsOf('10'),
  quantity: unitsOf('1'),
  cost: unitsOf('10'),
  fee: unitsOf('1'),
});
const nothing = { fills: [], flows: [] };
const start = newCurve(unitsOf('100'), 0);
const seen = ({ point: { growth, drawdown, flow: moved } }: Curve) => [growth, drawdown, numberOf(moved)];

describe('an equity curve', () => {
  it('begins with its capital as its first peak', () => {
    expect(seen(start)).toEqual([1, 0, 0]);
    const [growth, drawdown] = seen(nextPoint(start, mark(1, '75'), nothing));
    expect([growth, drawdown]).toEqual([0.75, -0.25]);
  });

  it('falls from its highest point', () => {
    const up = nextPoint(start, mark(1, '200'), nothing);
    const down = nextPoint(up, mark(2, '150'), nothing);
    expect(seen(down)).toEqual([1.5, -0.25, 0]);
    expect(seen(nextPoint(down, mark(3, '300'), nothing))).toEqual([3, 0, 0]);
  });

  it('takes capital that was moved for neither gain nor loss', () => {
    // 100 and 100 more make 200; then 220 is 10 % more; all but 110 taken out, and 121 is 10 % more again.
    const added = nextPoint(start, mark(2, '220'), { ...nothing, flows: [flow(1, '100')] });
    expect(added.point.growth).toBeCloseTo(1.1, 12);
    const taken = nextPoint(added, mark(4, '121'), { ...nothing, flows: [flow(3, '-110')] });
    expect(taken.point.growth).toBeCloseTo(1.21, 12);
    expect([numberOf(added.point.flow), numberOf(taken.point.flow)]).toEqual([100, -110]);
  });

  it('stands still while there is no capital', () => {
    const out = nextPoint(start, mark(2, '0'), { ...nothing, flows: [flow(1, '-100')] });
    const again = nextPoint(out, mark(4, '55'), { ...nothing, flows: [flow(3, '50')] });
    expect(seen(out)).toEqual([1, 0, -100]);
    expect(again.point.growth).toBeCloseTo(1.1, 12);
  });

  it('passes over what was moved or filled before its last mark, or after the next', () => {
    const first = nextPoint(start, mark(2, '100'), nothing);
    const around = [flow(1, '50', 'x'), flow(5, '50', 'y')];
    expect(seen(nextPoint(first, mark(4, '100'), { ...nothing, flows: around }))).toEqual([1, 0, 0]);
    // A purchase before the last mark is in its cash: 100 at 4 says that what was added at 4 came after it.
    const context = { fills: [bought(1, 'OPEN')], flows: [flow(4, '100')] };
    expect(seen(nextPoint(first, mark(4, '100'), context))).toEqual([1, 0, 0]);
    const between = { fills: [bought(3, 'OPEN')], flows: [flow(4, '100')] };
    expect(seen(nextPoint(first, mark(4, '100', '89'), between))).toEqual([1, 0, 0]); // 100 − 11
  });

  it('tells capital by its instant and its name: one name may come again', () => {
    const flows = [flow(1, '100'), flow(2, '50'), flow(3, '-30'), flow(4, '10')];
    const first = nextPoint(start, mark(2, '200'), { ...nothing, flows });
    expect(seen(first)).toEqual([1, 0, 100]);
    const second = nextPoint(first, mark(3, '220'), { ...nothing, flows });
    expect(seen(second)).toEqual([1, 0, 20]);
    expect(seen(nextPoint(second, mark(5, '230'), { ...nothing, flows }))).toEqual([1, 0, 10]);
  });

  describe('counts capital that was moved at the very instant of a mark', () => {
    const flows = [flow(2, '100')];

    it('with that mark, when its cash has it', () => {
      const first = nextPoint(start, mark(2, '200'), { ...nothing, flows });
      expect(seen(first)).toEqual([1, 0, 100]);
      expect(seen(nextPoint(first, mark(3, '200'), { ...nothing, flows }))).toEqual([1, 0, 0]);
    });

    it('with the next one, when it has not', () => {
      const first = nextPoint(start, mark(2, '100'), { ...nothing, flows });
      expect(seen(first)).toEqual([1, 0, 0]);
      expect(seen(nextPoint(first, mark(3, '200'), { ...nothing, flows }))).toEqual([1, 0, 100]);
    });

    it('one before it and one after', () => {
      const both = [flow(2, '100', 'a'), flow(2, '-50', 'b')];
      const first = nextPoint(start, mark(2, '200'), { ...nothing, flows: both });
      expect(seen(first)).toEqual([1, 0, 100]);
      expect(seen(nextPoint(first, mark(3, '150'), { ...nothing, flows: both }))).toEqual([1, 0, -50]);
    });

    it.each([
      ['RANGE', '89'],
      ['OPEN', '100'],
    ] as const)('beside a fill of that instant at the step %s', (step, cash) => {
      // Inside the candle it came before the mark: 100 − 11. At the open that follows it came after it.
      const context = { fills: [bought(2, step)], flows };
      expect(seen(nextPoint(start, mark(2, '100', cash), context))).toEqual([1, 0, 0]);
    });
  });
});
