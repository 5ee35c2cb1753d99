import { AppError } from '../core/errors.ts';
import { type Agreement, finerAgreement, type Overlap, overlapOf } from '../core/market/agreement.ts';
import type { Candles } from '../core/market/candles.ts';
import { holesOf, type UntradedStretch, untradedStretches } from '../core/market/holes.ts';
import { type Outlier, outliersOf } from '../core/market/outliers.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import { candlesFault } from '../core/market/verify.ts';
import type { CandleSource } from '../ports/candle-source.ts';
import type { CandleStore, StoredSeries } from '../ports/candle-store.ts';

/** Which series to look at; without names all of them. */
export interface VerifyRequest {
  readonly symbol?: string | undefined;
  readonly timeframe?: Timeframe | undefined;
  /** Gives its newest candles once more, to be compared; without it nobody is asked. */
  readonly source?: CandleSource | undefined;
  /** So many candles of it. */
  readonly rows: number;
  readonly nowMs: EpochMs;
  readonly onSeries?: ((series: StoredSeries) => void) | undefined;
}

/** A run of bars that are not there. */
interface VerifiedHole {
  readonly fromMs: EpochMs;
  /** Open time of the first candle after it. */
  readonly toMs: EpochMs;
  readonly missing: number;
}

/** What was found in a series. */
export interface VerifiedSeries extends StoredSeries {
  readonly rows: number;
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
  /** Why it cannot be used, or null; nothing else of it is looked at then. */
  readonly fault: string | null;
  readonly holes: readonly VerifiedHole[];
  readonly untraded: {
    readonly bars: number;
    readonly stretches: number;
    readonly longest: UntradedStretch | null;
  };
  readonly outliers: readonly Outlier[];
  /** Against each finer stored series of the symbol. */
  readonly finer: readonly (Agreement & { readonly timeframe: Timeframe })[];
  /** Against what the source gives now; null when it was not asked. */
  readonly api: Overlap | null;
  /**
   * How many things are wrong. A hole is one, for up to twelve bars are filled; a price that is told twice and not the
   * same, and a candle with trades that one of two tellings lacks. Outliers are not: they may have been traded.
   */
  readonly findings: number;
}

/**
 * Looks at stored candles as a whole, and changes nothing.
 * @returns one report a series, by symbol, then timeframe from the shortest; none when nothing that is named is stored
 * @throws AppError `source-unavailable` when the source that should be asked cannot be
 */
export async function verifyCandles(
  store: CandleStore,
  request: VerifyRequest,
): Promise<readonly VerifiedSeries[]> {
  const { symbol, timeframe } = request;
  const all = await store.series();
  const wanted = all.filter(
    (one) => (symbol ?? one.symbol) === one.symbol && (timeframe ?? one.timeframe) === one.timeframe,
  );
  const verified: VerifiedSeries[] = [];
  let read = new Map<Timeframe, Readable>();
  for (const [at, one] of wanted.entries()) {
    request.onSeries?.(one);
    // Series come by symbol: those of one symbol are compared with each other, those before it are done.
    if (one.symbol !== wanted[at - 1]?.symbol)
      read = await readSymbol(
        store,
        all.filter((other) => isNeeded(other, one.symbol, wanted)),
      );
    verified.push(await verifySeries(one, read, request));
  }
  return verified;
}

/** What was read of a series: its candles, and why they cannot be used. */
interface Readable {
  readonly candles: Candles | undefined;
  readonly fault: string | null;
}

/** A series that is looked at, or is finer than one of the same symbol that is. */
function isNeeded(one: StoredSeries, symbol: string, wanted: readonly StoredSeries[]): boolean {
  if (one.symbol !== symbol) return false;
  return wanted.some(
    (other) => other.symbol === symbol && timeframeMs[other.timeframe] >= timeframeMs[one.timeframe],
  );
}

async function readSymbol(
  store: CandleStore,
  series: readonly StoredSeries[],
): Promise<Map<Timeframe, Readable>> {
  const read = new Map<Timeframe, Readable>();
  for (const { symbol, timeframe } of series) read.set(timeframe, await readSeries(store, symbol, timeframe));
  return read;
}

async function readSeries(store: CandleStore, symbol: string, timeframe: Timeframe): Promise<Readable> {
  try {
    const candles = await store.read(symbol, timeframe);
    const fault = candlesFault(candles, timeframe);
    if (fault === undefined) return { candles, fault: null };
    const { row, column, value, problem } = fault;
    return {
      candles,
      fault: `Candle ${row + 1} of ${candles.openMs.length}: ${column} '${value}' ${problem}.`,
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'candles-invalid') throw error;
    return { candles: undefined, fault: `${error.message} ${error.hint}` };
  }
}

async function verifySeries(
  { symbol, timeframe }: StoredSeries,
  read: ReadonlyMap<Timeframe, Readable>,
  request: VerifyRequest,
): Promise<VerifiedSeries> {
  const { candles, fault = 'There is none.' } = read.get(timeframe) ?? {};
  const about = {
    symbol,
    timeframe,
    rows: candles?.openMs.length ?? 0,
    firstMs: candles?.openMs[0] ?? null,
    lastMs: candles?.openMs.at(-1) ?? null,
    fault,
  };
  if (candles === undefined || fault !== null) return { ...about, ...NOTHING };
  const holes = verifiedHoles(candles, timeframe);
  const finer = finerOf(candles, timeframe, read);
  const api = await overlapWith(candles, { ...request, symbol, timeframe });
  const conflicts = [...finer, ...(api === null ? [] : [api])].flatMap((one) => one.conflicts);
  return {
    ...about,
    holes,
    untraded: untradedIn(candles, timeframe),
    outliers: outliersOf(candles),
    finer,
    api,
    findings:
      holes.length + conflicts.length + (api === null ? 0 : api.missingHere.length + api.missingThere.length),
  };
}

/** Of a series that cannot be used, which is one finding. */
const NOTHING = {
  holes: [],
  untraded: { bars: 0, stretches: 0, longest: null },
  outliers: [],
  finer: [],
  api: null,
  findings: 1,
};

function verifiedHoles(candles: Candles, timeframe: Timeframe): readonly VerifiedHole[] {
  return holesOf(candles, timeframe).map(({ fromMs, missing }) => {
    return { fromMs, toMs: fromMs + missing * timeframeMs[timeframe], missing };
  });
}

function untradedIn(candles: Candles, timeframe: Timeframe): VerifiedSeries['untraded'] {
  const stretches = untradedStretches(candles, timeframe);
  const longest = stretches.reduce<UntradedStretch | null>(
    (most, one) => (one.bars > (most?.bars ?? 0) ? one : most),
    null,
  );
  return { bars: stretches.reduce((sum, { bars }) => sum + bars, 0), stretches: stretches.length, longest };
}

function finerOf(
  coarse: Candles,
  to: Timeframe,
  read: ReadonlyMap<Timeframe, Readable>,
): VerifiedSeries['finer'] {
  return [...read].flatMap(([from, { candles, fault }]) => {
    if (candles === undefined || fault !== null || timeframeMs[from] >= timeframeMs[to]) return [];
    return [{ timeframe: from, ...finerAgreement(coarse, candles, { from, to }) }];
  });
}

async function overlapWith(
  stored: Candles,
  { source, rows, nowMs, symbol, timeframe }: Pick<VerifyRequest, 'source' | 'rows' | 'nowMs'> & StoredSeries,
): Promise<Overlap | null> {
  if (source === undefined) return null;
  const fromMs = nowMs - rows * timeframeMs[timeframe];
  return overlapOf(stored, await source.closedCandles({ symbol, timeframe, fromMs, nowMs }));
}
