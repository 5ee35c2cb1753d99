import type { VerifiedSeries } from '../shared/app/verify-candles.ts';
import { FILL_BARS_MAX } from '../shared/core/market/holes.ts';
import type { CandleConflict } from '../shared/core/market/merge.ts';
import type { Outlier } from '../shared/core/market/outliers.ts';
import { timeframeMs } from '../shared/core/market/timeframes.ts';
import { instant } from './screen.ts';

/** Of one kind in one series; the rest is counted, and all of it is in the JSON. */
const SHOWN_MAX = 10;

/** What is wrong with a series, a sentence each. */
export function findingsOf(series: VerifiedSeries): readonly string[] {
  const { fault, holes, finer, api } = series;
  const name = `${series.symbol} ${series.timeframe}`;
  const missing = (rows: readonly number[], what: string) =>
    shown(rows, (ms) => `${name} of ${instant(ms)} UTC: ${what}`);
  return [
    ...(fault === null ? [] : [`${name}: ${fault}`]),
    ...shown(
      holes,
      (hole) =>
        `${name}: ${hole.missing} candles are missing, from ${instant(hole.fromMs)} until ${instant(hole.toMs)} UTC.`,
    ),
    ...finer.flatMap(({ timeframe, conflicts }) =>
      shown(conflicts, (one) => `${conflictOf(name, one)} by its ${timeframe} candles.`),
    ),
    ...shown(api?.conflicts ?? [], (one) => `${conflictOf(name, one)} by Kraken now.`),
    ...missing(api?.missingHere ?? [], 'Kraken has trades in it, here are none.'),
    ...missing(api?.missingThere ?? [], 'here are trades in it, Kraken has none.'),
  ];
}

function conflictOf(name: string, { openMs, column, stored, given }: CandleConflict): string {
  return `${name} of ${instant(openMs)} UTC: ${column} ${stored} is stored, it is ${given}`;
}

/** What a person should know of a series and need not be wrong. */
export function remarksOf(series: VerifiedSeries): readonly string[] {
  const { untraded, outliers, finer, api, timeframe } = series;
  const name = `${series.symbol} ${timeframe}`;
  const { longest } = untraded;
  const endMs = (longest?.fromMs ?? 0) + (longest?.bars ?? 0) * timeframeMs[timeframe];
  const volumes = (count: number, whose: string) =>
    count === 0 ? [] : [`${name}: ${count} of its volumes differ from ${whose}; that is no fault.`];
  return [
    ...(longest === null || longest.bars <= FILL_BARS_MAX
      ? []
      : [
          `${name}: nothing was traded for ${longest.bars} candles, from ${instant(longest.fromMs)} until ${instant(endMs)} UTC.`,
        ]),
    ...shown(outliers, (one) => outlierOf(name, one)),
    ...finer.flatMap((one) => volumes(one.volumesDiffer, `those of its ${one.timeframe} candles`)),
    ...volumes(api?.volumesDiffer ?? 0, 'what Kraken gives now'),
    ...(api?.compared === 0 ? [`${name}: nothing that is stored is among what Kraken gives now.`] : []),
    ...(api !== null && api.newer > 0
      ? [
          `${name}: candles that Kraken has after the last stored one: ${api.newer}; \`candles fetch ${name}\` brings them.`,
        ]
      : []),
  ];
}

function outlierOf(name: string, { openMs, side, price, times }: Outlier): string {
  return `${name} of ${instant(openMs)} UTC: its ${side} ${price} is an outlier, ${times.toFixed(0)} usual ranges away and gone at once.`;
}

/** The first of some, and how many more there are. */
function shown<Item>(items: readonly Item[], tell: (item: Item) => string): readonly string[] {
  const more = items.length - SHOWN_MAX;
  const first = items.slice(0, SHOWN_MAX).map(tell);
  return more > 0 ? [...first, `  … and ${more} more like this (--json has all of them)`] : first;
}
