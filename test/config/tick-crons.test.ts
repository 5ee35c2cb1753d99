import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { tickCrons } from '../../config/tick-crons.ts';
import type { Config } from '../../shared/core/config.ts';
import { type Timeframe, timeframeMs, timeframes } from '../../shared/core/market/timeframes.ts';

const config = loadConfig();

/** Two strategies that mean something on any candles decide on these timeframes, and nobody else. */
function on(...chosen: Timeframe[]): Config {
  const { turtle, trend_ema: trend } = config.strategies;
  const strategies = Object.entries({ turtle, trend_ema: trend }).flatMap(([id, one]) =>
    one === undefined ? [] : [[id, { ...one, timeframes: chosen }]],
  );
  return { ...config, strategies: Object.fromEntries(strategies) };
}

/** What a field of a cron stands for, between 0 and below `end`. */
function valuesOf(field: string, end: number): readonly number[] {
  const all = Array.from({ length: end }, (_, i) => i);
  const [start = '', step] = field.split('/');
  if (step !== undefined)
    return all.filter((i) => i >= Number(start) && (i - Number(start)) % Number(step) === 0);
  const [from = '', to = from] = field.split('-');
  return all.filter((i) => i >= Number(from) && i <= Number(to));
}

/** The minutes of a day at which a cron that holds each day fires. */
function minutesOf(cron: string): readonly number[] {
  const [, minutes = '', hours = '', rest = ''] = /^cron\((\S+) (\S+) (.*)\)$/.exec(cron) ?? [];
  expect(rest).toBe('* * ? *');
  return valuesOf(hours, 24).flatMap((hour) => valuesOf(minutes, 60).map((minute) => hour * 60 + minute));
}

describe('the crons of ticks', () => {
  // aws.md §5 spells them.
  it('are those of days and of the rest of the 4h candles for the config as it comes', () => {
    expect(tickCrons(config)).toEqual([
      { id: '1d', cron: 'cron(0 0 * * ? *)' },
      { id: '4h', cron: 'cron(0 4/4 * * ? *)' },
    ]);
  });

  it.each(timeframes)('fire once at each close of a %s candle, when nothing shorter decides', (timeframe) => {
    const lengthMinutes = timeframeMs[timeframe] / 60_000;
    const due = Array.from({ length: 1440 / lengthMinutes }, (_, i) => i * lengthMinutes);
    for (const chosen of [on(timeframe), on('1d', timeframe)]) {
      const crons = tickCrons(chosen);
      const fired = crons.flatMap(({ cron }) => minutesOf(cron)).sort((a, b) => a - b);
      expect(fired).toEqual(due);
      expect(new Set(crons.map(({ id }) => id)).size).toBe(crons.length);
    }
  });

  it('look at no strategy that is switched off', () => {
    const { turtle, ...rest } = on('1d').strategies;
    const off = Object.entries(rest).map(([id, one]) => [id, { ...one, enabled: false, timeframes: ['1m'] }]);
    const strategies = { turtle, ...Object.fromEntries(off) };
    expect(Object.keys(strategies)).toHaveLength(2);
    expect(tickCrons({ ...config, strategies })).toEqual([{ id: '1d', cron: 'cron(0 0 * * ? *)' }]);
  });
});
