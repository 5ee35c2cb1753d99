import { describe, expect, it } from 'vitest';
import { randomOf } from '../../shared/core/market/random.ts';
import {
  drawClockOffsetMs,
  drawFault,
  drawLag,
  drawSpan,
  type FaultLevel,
  faultCounts,
  faultLevels,
  faultName,
} from './faults.ts';

const CALLS = 20_000;
const drawn = (level: FaultLevel, seed = 7) => {
  const random = randomOf(seed, 'faults');
  return Array.from({ length: CALLS }, (_, i) => drawFault(random, faultLevels[level], i));
};

describe('faults', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(drawn('heavy')).toEqual(drawn('heavy'));
    expect(drawn('heavy', 8)).not.toEqual(drawn('heavy'));
  });

  it('do not happen at all at the level none', () => {
    expect(drawn('none').every(({ kind }) => kind === 'none')).toBe(true);
    const random = randomOf(7, 'none');
    expect([
      drawLag(random, faultLevels.none),
      drawSpan(random, faultLevels.none),
      drawClockOffsetMs(random, faultLevels.none),
    ]).toEqual([{}, undefined, 0]);
  });

  it('happen in every kind, each to about one call in forty when they are heavy', () => {
    const counts = faultCounts();
    for (const fault of drawn('heavy')) {
      const name = faultName(fault);
      if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const calls = [...counts].slice(0, 14);
    for (const [name, count] of calls) expect(count, name).toBeGreaterThan(CALLS / 100);
    const all = calls.reduce((sum, [, count]) => sum + count, 0);
    // Twelve kinds of 2.5 %: 30 %, give or take four standard deviations of 0.3 %
    expect(Math.abs(all / CALLS - 0.3)).toBeLessThan(0.013);
  });

  it('bring spans of every mode, a maintenance for an hour', () => {
    const random = randomOf(7, 'spans');
    const spans = Array.from({ length: 20_000 }, () => drawSpan(random, faultLevels.heavy)).filter(
      (span) => span !== undefined,
    );
    expect(new Set(spans.map(({ mode }) => mode)).size).toBe(3);
    for (const { mode, lengthMs } of spans) expect(lengthMs === 3_600_000).toBe(mode === 'maintenance');
  });

  it('tell errors that say nothing from errors that refuse', () => {
    const errors = drawn('heavy').filter((fault) => fault.kind === 'error');
    const accepted = (start: string) =>
      new Set(errors.filter(({ error }) => error.startsWith(start)).map(({ isAccepted }) => isAccepted)).size;
    expect(['EService:Unavailable', 'EService:Busy', 'EService:Throttled: '].map(accepted)).toEqual([
      2, 2, 1,
    ]);
  });
});
