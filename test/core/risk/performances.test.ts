import { describe, expect, it } from 'vitest';
import { performanceOf } from '../../../shared/core/risk/performances.ts';
import { netR } from '../../../shared/core/risk/standing.ts';
import { closedAt } from '../../helpers/closed.ts';
import { TICK_MS } from '../../helpers/decisions.ts';

const supporter = (instance: string, weight: number) => ({ instance, weight, isLatched: false });
const closedBy = (price: number, ...supporters: readonly ReturnType<typeof supporter>[]) =>
  closedAt(price, TICK_MS, { supporters });

describe('the performance of instances', () => {
  it('is nothing without closed positions', () => {
    expect(performanceOf([])).toEqual([]);
  });

  it('shares the net R of each position by the weights of its entry', () => {
    const won = closedBy(110, supporter('turtle@4h', 0.5), supporter('trend_ema@4h', 1.5));
    const lost = closedBy(97, supporter('turtle@4h', 0.6));
    expect(performanceOf([won, lost])).toEqual([
      { instance: 'trend_ema@4h', positions: 1, netR: expect.closeTo(0.75 * netR(won), 12) },
      { instance: 'turtle@4h', positions: 2, netR: expect.closeTo(0.25 * netR(won) + netR(lost), 12) },
    ]);
  });

  it('adds up to what all positions won', () => {
    const closed = [
      closedBy(110, supporter('a@4h', 0.1), supporter('b@4h', 0.2), supporter('c@1d', 0.7)),
      closedBy(90, supporter('c@1d', 0.3), supporter('a@4h', 0.3)),
    ];
    const whole = performanceOf(closed).reduce((sum, one) => sum + one.netR, 0);
    expect(whole).toBeCloseTo(
      closed.reduce((sum, one) => sum + netR(one), 0),
      12,
    );
  });

  it('counts whoever voted for the entry, also when it has left since', () => {
    const { instance } = supporter('turtle@4h', 1);
    const left = closedBy(110, { ...supporter(instance, 1), isLatched: true });
    expect(performanceOf([left])).toEqual([{ instance, positions: 1, netR: netR(left) }]);
  });
});
