import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { parseCandleCsv } from '../../shared/adapters/sources/csv.ts';
import { AppError } from '../../shared/core/errors.ts';
import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import { isoMinute } from '../../shared/core/market/calendar.ts';
import type { Candles } from '../../shared/core/market/candles.ts';
import { SYNTHETIC_START_MS, syntheticMarket } from '../../shared/core/market/synthetic.ts';
import { DAY_MS, type EpochMs, HOUR_MS, type Timeframe } from '../../shared/core/market/timeframes.ts';
import { barsOf } from './bars.ts';
import { type CandleMarket, candleMarket, type Series } from './market.ts';
import type { SimulatorOptions } from './options.ts';
import { krakenPairs, type PairRules } from './pairs.ts';

/** How long the synthetic market goes on. */
const SYNTHETIC_DAYS = 720 + 365;
const ROWS = 720;

/** Candles to replay, where they come from, and where to begin. */
export interface LoadedMarket {
  readonly market: CandleMarket;
  readonly from: string;
  readonly startMs: EpochMs;
  /** What is not as it should be. */
  readonly warnings: readonly string[];
}

type Rows = ReadonlyMap<PairRules, ReadonlyMap<Timeframe, Candles>>;

/**
 * The market that the options ask for.
 * @param nowMs where the start is moved to, with all candles, by whole days; undefined: nowhere
 * @throws AppError `usage`, `candles-invalid`, `candles-missing`
 */
export async function loadMarket(
  options: SimulatorOptions,
  nowMs: EpochMs | undefined,
): Promise<LoadedMarket> {
  const { rows, from } = await rowsOf(options);
  const plain = seriesOf(rows);
  const market = candleMarket({ seed: options.seed, series: plain });
  const startMs = options.start ?? defaultStart(plain, market);
  checkStart(startMs, market);
  const warnings = warningsOf(plain, startMs);
  if (nowMs === undefined) return { market, from, startMs, warnings };
  const shiftMs = Math.floor((nowMs - startMs) / DAY_MS) * DAY_MS;
  const series = plain.map((one) => shifted(one, shiftMs));
  return { market: candleMarket({ seed: options.seed, series }), from, startMs: nowMs, warnings };
}

async function rowsOf(options: SimulatorOptions): Promise<{ readonly rows: Rows; readonly from: string }> {
  if (options.candles.length > 0) return { rows: fileRows(options.candles), from: options.candles.join(' ') };
  if (options.data !== undefined) return { rows: await storedRows(options.data), from: options.data };
  return { rows: syntheticRows(options.seed), from: `the SYNTHETIC market of seed ${options.seed}` };
}

function fileRows(files: readonly string[]): Rows {
  const rows = new Map<PairRules, Map<Timeframe, Candles>>();
  for (const name of files) {
    const { symbol, timeframe, candles } = parseCandleCsv({ name, bytes: bytesOf(name) });
    if (timeframe !== '4h' && timeframe !== '1d')
      throw new AppError(
        'usage',
        `'${name}' has candles of ${timeframe}.`,
        'Give 4h candles, and 1d from before them.',
      );
    const pair = pairOf(symbol, name);
    rows.set(pair, (rows.get(pair) ?? new Map<Timeframe, Candles>()).set(timeframe, candles));
  }
  return rows;
}

function bytesOf(name: string): Uint8Array {
  try {
    return readFileSync(name);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new AppError('usage', `'${name}' cannot be read (${why}).`, 'Give a file of candles.', {
      cause: error,
    });
  }
}

const symbolOf = ({ wsname }: PairRules) => wsname.replace('XBT', 'BTC');

function pairOf(symbol: string, name: string): PairRules {
  const pair = krakenPairs.find((one) => symbolOf(one) === symbol);
  if (pair) return pair;
  throw new AppError(
    'usage',
    `'${name}' has candles of ${symbol}, whose rules the simulator does not know.`,
    `Give candles of ${krakenPairs.map(symbolOf).join(', ')}.`,
  );
}

async function storedRows(folder: string): Promise<Rows> {
  const store = parquetCandleStore(fileObjectStore(join(folder, 'candles')), 'kraken');
  const rows = new Map<PairRules, Map<Timeframe, Candles>>();
  for (const pair of krakenPairs)
    for (const timeframe of ['4h', '1d'] as const) {
      const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
      const candles = await store.read(symbolOf(pair), timeframe, span);
      if (candles.openMs.length === 0) continue;
      rows.set(pair, (rows.get(pair) ?? new Map<Timeframe, Candles>()).set(timeframe, candles));
    }
  return rows;
}

function syntheticRows(seed: number): Rows {
  const pairs = krakenPairs.filter(({ base }) => base === 'XXBT' || base === 'XETH');
  const made = syntheticMarket({
    seed,
    startMs: SYNTHETIC_START_MS,
    symbols: pairs.map((pair) => ({ symbol: symbolOf(pair), tickDecimals: pair.pairDecimals })),
  });
  const span = { fromMs: SYNTHETIC_START_MS, toMs: SYNTHETIC_START_MS + SYNTHETIC_DAYS * DAY_MS };
  return new Map(
    pairs.map((pair) => {
      const candles = aggregateCandles(made.candles(symbolOf(pair), span), { from: '15m', to: '4h' });
      return [pair, new Map([['4h' as const, candles]])];
    }),
  );
}

function seriesOf(rows: Rows): readonly Series[] {
  const series: Series[] = [];
  for (const [pair, byTimeframe] of rows) {
    const fourHours = byTimeframe.get('4h');
    if (fourHours === undefined)
      throw new AppError(
        'candles-missing',
        `There are no 4h candles of ${symbolOf(pair)}.`,
        'Give their file too.',
      );
    const days = byTimeframe.get('1d');
    series.push({
      pair,
      fourHours: barsOf(fourHours, '4h', pair.pairDecimals),
      days: days ? barsOf(days, '1d', pair.pairDecimals) : [],
    });
  }
  if (series.length === 0)
    throw new AppError(
      'candles-missing',
      'There are no 4h candles to replay.',
      'Give --candles FILE, or neither --candles nor --data.',
    );
  return series;
}

/** When the first daily bar opens, given or joined from whole days of 4h candles. */
function firstDayMs({ fourHours, days }: Series): EpochMs {
  const joined = Math.ceil((fourHours[0]?.openMs ?? 0) / DAY_MS) * DAY_MS;
  return Math.min(days[0]?.openMs ?? joined, joined);
}

function defaultStart(series: readonly Series[], { span }: CandleMarket): EpochMs {
  const candlesMs = span.fromMs + ROWS * 4 * HOUR_MS;
  const daysMs = Math.max(...series.map(firstDayMs)) + ROWS * DAY_MS;
  const bestMs = Math.ceil(Math.max(candlesMs, daysMs) / DAY_MS) * DAY_MS;
  if (bestMs < span.toMs) return bestMs;
  const shortMs = Math.ceil(candlesMs / DAY_MS) * DAY_MS;
  return shortMs < span.toMs ? shortMs : Math.ceil((span.fromMs + 1) / DAY_MS) * DAY_MS;
}

function checkStart(startMs: EpochMs, { span }: CandleMarket): void {
  if (startMs >= span.fromMs && startMs < span.toMs) return;
  throw new AppError(
    'usage',
    `Nothing can begin at ${isoMinute(startMs)}: the 4h candles of all pairs go from ${isoMinute(span.fromMs)} to ${isoMinute(span.toMs)}.`,
    'Give a --start between, or other candles.',
  );
}

function warningsOf(series: readonly Series[], startMs: EpochMs): readonly string[] {
  return series.flatMap((one) => {
    const candles = Math.floor((startMs - (one.fourHours[0]?.openMs ?? 0)) / (4 * HOUR_MS));
    const days = Math.floor((startMs - firstDayMs(one)) / DAY_MS);
    const few = [
      ...(candles < ROWS ? [`${candles} 4h`] : []),
      ...(days < ROWS ? [`${Math.max(0, days)} daily`] : []),
    ];
    if (few.length === 0) return [];
    return [
      `${symbolOf(one.pair)} has only ${few.join(' and ')} candles before the start, of 720: strategies that need them say nothing.`,
    ];
  });
}

function shifted({ pair, fourHours, days }: Series, byMs: number): Series {
  const later = <T extends { readonly openMs: EpochMs }>(bars: readonly T[]) =>
    bars.map((bar) => ({ ...bar, openMs: bar.openMs + byMs }));
  return { pair, fourHours: later(fourHours), days: later(days) };
}
