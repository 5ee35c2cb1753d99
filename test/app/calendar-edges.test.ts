import { describe, expect, it } from 'vitest';
import { isoMinute, parseInstant, utcMonthKey } from '../../shared/core/market/calendar.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { compared, costless, quiet, staged } from '../helpers/stage.ts';
import { walkWorld } from '../helpers/walk-world.ts';

/** Spans of whole days, and the ticks of each: six a day, and the one at the last midnight. */
const spans = [
  {
    name: 'a leap day',
    from: '2024-02-28',
    to: '2024-03-02',
    ticks: 25,
    months: { '2024-02': 12, '2024-03': 13 },
  },
  {
    name: 'the end of a year',
    from: '2024-12-30',
    to: '2025-01-02',
    ticks: 25,
    months: { '2024-12': 12, '2025-01': 13 },
  },
  {
    name: 'a short February',
    from: '2023-02-28',
    to: '2023-03-02',
    ticks: 19,
    months: { '2023-02': 6, '2023-03': 13 },
  },
] as const;

const instant = (text: string) => parseInstant(text) ?? Number.NaN;

/** How many decisions of a symbol lie in the partition of each month. */
async function decisionsByMonth(store: StateStore, account: string, months: readonly string[]) {
  const counts: Record<string, number> = {};
  for (const month of months) {
    const items = await store.query(`HISTORY#${account}#${month}`, { prefix: 'DECISION#' });
    counts[month] = items.filter(({ body }) => body['symbol'] === 'BTC/USD').length;
    expect(items.every(({ body }) => utcMonthKey(Number(body['atMs'])) === month)).toBe(true);
  }
  return counts;
}

describe.each(spans)('over $name engine and replay agree to the byte', ({ from, to, ticks, months }) => {
  const startMs = instant(from);
  const days = (instant(to) - startMs) / DAY_MS + 1;

  it.each(['15m', '1h', '4h'] as const)(
    'with the real strategies on 4h and 1d, exec candles of %s: every tick once, the daily ones at midnight',
    async (exec) => {
      const world = walkWorld(3, {
        exec,
        days,
        startMs,
        shape: { move: 0.02, gaps: 0.03 },
        config: { symbols: ['BTC/USD', 'ETH/USD'] },
      });
      const { kept, store } = await compared(world);
      for (const symbol of ['BTC/USD', 'ETH/USD']) {
        const own = kept.decisions.filter((one) => one.symbol === symbol);
        expect(own.map(({ atMs }) => atMs)).toEqual(
          Array.from({ length: ticks }, (_, i) => startMs + i * 4 * HOUR_MS),
        );
        for (const { atMs, inputs, instances } of own) {
          const isMidnight = atMs % DAY_MS === 0;
          const midnightMs = Math.floor(atMs / DAY_MS) * DAY_MS;
          const last = Object.fromEntries(inputs.candles.map(({ timeframe, lastMs }) => [timeframe, lastMs]));
          expect(last, isoMinute(atMs)).toEqual({
            '4h': atMs - 4 * HOUR_MS,
            ...(isMidnight && { '1d': midnightMs - DAY_MS }),
          });
          expect(instances.filter((id) => id.endsWith('@1d')).length, isoMinute(atMs)).toBe(
            isMidnight ? 2 : 0,
          );
        }
        expect(own.filter(({ atMs }) => atMs % DAY_MS === 0)).toHaveLength(days + 1);
      }
      expect(await decisionsByMonth(store, world.account, Object.keys(months))).toEqual(months);
    },
  );
});

// Two days after the start another month begins. The entry is of the day before; its stop is hit in the last hour of
// the month and fills at its end, when the tick enters again; a signal ends that at the next midnight.
describe.each([
  ['2024-02-28', '2024-02', '2024-03', ['02-29 00:00', '03-01 00:00', '03-01 00:00', '03-02 00:00']],
  ['2024-12-30', '2024-12', '2025-01', ['12-31 00:00', '01-01 00:00', '01-01 00:00', '01-02 00:00']],
  ['2023-02-27', '2023-02', '2023-03', ['02-28 00:00', '03-01 00:00', '03-01 00:00', '03-02 00:00']],
] as const)('a play from %s on', (from, before, after, instants) => {
  const script = quiet(96, {
    23: '100 101 99 100 trend:long',
    47: '100 100 95 100 trend:long',
    71: '100 101 99 100 trend:exit',
  });
  const play = () =>
    compared(staged({ BTC: script }, { exec: '1h', startMs: instant(from), config: costless() }));

  it('fills at the midnights of its story, at the prices of its script', async () => {
    const { kept, fills } = await play();
    expect(kept.fills.map(({ atMs }) => isoMinute(atMs).slice(5))).toEqual(instants);
    expect(fills).toEqual([
      '24h BTC OPEN ENTRY 6.25 at 100',
      '48h BTC RANGE TRAIL 6.25 at 96.96',
      '48h BTC OPEN ENTRY 6.2381 at 100',
      '72h BTC OPEN SIGNAL 6.2381 at 100',
    ]);
  });

  it('keeps what happened at the last midnight in the month that begins there, and finds all of it', async () => {
    const { kept, store } = await play();
    const account = 'replay-test';
    const count = async (month: string, prefix: string) =>
      (await store.query(`HISTORY#${account}#${month}`, { prefix })).length;
    // Open from the 24th hour on, sold as the 73rd begins: a mark at the end of each of these 49.
    expect([await count(before, 'MARK#'), await count(after, 'MARK#'), kept.marks.length]).toEqual([
      23, 26, 49,
    ]);
    expect([await count(before, 'DECISION#'), await count(after, 'DECISION#')]).toEqual([12, 13]);
    expect([await count(before, 'POSITION#'), await count(after, 'POSITION#')]).toEqual([0, 2]);
    expect(kept.closed.map(({ entryMs, exitMs }) => [entryMs, exitMs])).toEqual(
      [
        [24, 48],
        [48, 72],
      ].map((hours) => hours.map((hour) => instant(from) + hour * HOUR_MS)),
    );
    expect(kept.decisions).toHaveLength(25);
  });
});
