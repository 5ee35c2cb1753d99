import type { Position } from '../execution/position.ts';
import { netR } from './standing.ts';

/** What a strategy instance brought: net R of the positions that it voted for, by its share of their entry weight. */
export interface Performance {
  readonly instance: string;
  readonly positions: number;
  readonly netR: number;
}

/** Performance of every instance that voted for a closed position, in alphabetical order. */
export function performanceOf(closed: readonly Position[]): readonly Performance[] {
  const sums = new Map<string, { positions: number; netR: number }>();
  for (const position of closed) {
    const { supporters } = position.plan;
    const whole = supporters.reduce((sum, { weight }) => sum + weight, 0);
    for (const { instance, weight } of supporters) {
      const sum = sums.get(instance) ?? { positions: 0, netR: 0 };
      sums.set(instance, {
        positions: sum.positions + 1,
        netR: sum.netR + (netR(position) * weight) / whole,
      });
    }
  }
  return [...sums]
    .map(([instance, sum]) => ({ instance, ...sum }))
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
}
