import type { Config } from '../core/config.ts';
import { textOf } from '../core/decimal.ts';
import { candleSpan, type Other } from '../core/decision/candle-span.ts';
import { decide } from '../core/decision/decide.ts';
import { RISK_TIMEFRAME } from '../core/decision/lookback.ts';
import { riskColumns } from '../core/decision/measures.ts';
import type { CandleSpan, DecisionRecord } from '../core/decision/record.ts';
import { marketRules } from '../core/decision/rules.ts';
import { recordOf } from '../core/decision/write-record.ts';
import { AppError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { type Candles, emptyCandles } from '../core/market/candles.ts';
import { type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Instance } from '../core/strategies/instances.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ItemBody } from '../ports/state-store.ts';
import { analyseWindows, prepareWindow } from './analyse-windows.ts';
import { type DifferingField, differingFields } from './differing-fields.ts';
import { inputsOf, type Recorded, readRecorded } from './recorded-inputs.ts';

/** Where the candles of a decision are read again. */
export type CandleReader = Pick<CandleStore, 'read'>;

/** A stored decision, and what it takes to decide it again. */
export interface RecomputeInput {
  readonly account: string;
  /** As it is stored. */
  readonly record: ItemBody;
  /** The one whose hash the record names. */
  readonly config: Config;
  readonly instances: readonly Instance[];
  readonly candles: CandleReader;
  readonly lookbackRows: number;
}

/** What came of it. */
export interface Recomputed {
  readonly isEqual: boolean;
  /** Length of the stored decision as JSON text with its keys in order. */
  readonly bytes: number;
  /** `one` is what was recorded, `other` what is computed now. */
  readonly differences: readonly DifferingField[];
}

/**
 * Decides again what a stored decision was about, from nothing but its record, the config and the candles that it
 * names, and compares the two byte for byte. It may be another version of this program that decided: its name is taken
 * over from the record, so that only what it makes of the inputs can differ.
 * @throws AppError `state-invalid` for a record that does not hold all inputs, `candles-changed` when the candles are
 * not as the decision saw them
 */
export async function recompute(input: RecomputeInput): Promise<Recomputed> {
  const recorded = readRecorded(input.record);
  const seen = await readSeen(input.candles, recorded);
  const stored = canonicalJson(input.record);
  const computed = canonicalJson(decideAgain(input, recorded, seen));
  return {
    isEqual: stored === computed,
    bytes: new TextEncoder().encode(stored).length,
    differences: differingFields(JSON.parse(stored), JSON.parse(computed)),
  };
}

/** The candles that a decision saw. */
interface Seen {
  readonly windows: readonly { readonly timeframe: Timeframe; readonly candles: Candles }[];
  readonly others: readonly Other[];
}

function decideAgain(
  { account, config, instances, lookbackRows }: RecomputeInput,
  recorded: Recorded,
  seen: Seen,
): DecisionRecord {
  const { atMs, symbol, inputs, codeVersion } = recorded;
  const risk = seen.windows.find(({ timeframe }) => timeframe === RISK_TIMEFRAME)?.candles ?? emptyCandles(0);
  const { windows, others, ...analysis } = analyseWindows({
    atMs,
    instances,
    lookbackRows,
    windows: seen.windows.map(({ timeframe, candles }) => {
      return { timeframe, prepared: prepareWindow(instances, timeframe, candles) };
    }),
    risk: riskColumns(risk),
    others: seen.others,
  });
  const rules = marketRules(config, symbol).decide;
  const input = { ...analysis, ...inputsOf(recorded) };
  const context = {
    account,
    configHash: recorded.config,
    codeVersion,
    windows,
    others,
    equity: textOf(inputs.equity),
    exposure: textOf(inputs.exposure),
    free: textOf(inputs.free),
  };
  return recordOf(input, decide(input, rules), { rules, context });
}

/** Reads all that a decision saw. What has come since, before and after it, does not matter. */
async function readSeen(store: CandleReader, { symbol, inputs }: Recorded): Promise<Seen> {
  const changes: string[] = [];
  const read = async (of: string, timeframe: Timeframe, span: CandleSpan): Promise<Candles> => {
    const candles = await readSpan(store, of, timeframe, span);
    const now = candleSpan(candles);
    if (now.hash !== span.hash) changes.push(changeOf(`${of} ${timeframe}`, span, now));
    return candles;
  };
  const windows: Seen['windows'][number][] = [];
  for (const { timeframe, ...span } of inputs.candles)
    windows.push({ timeframe, candles: await read(symbol, timeframe, span) });
  const others: Other[] = [];
  for (const { symbol: other, ...span } of inputs.others)
    others.push({ symbol: other, candles: await read(other, RISK_TIMEFRAME, span) });
  if (changes.length === 0) return { windows, others };
  throw new AppError(
    'candles-changed',
    `The candles are not those that the decision saw: ${changes.join('; ')}.`,
    'It cannot be computed again from others. Import those that were there, or leave --replay out.',
  );
}

async function readSpan(
  store: CandleReader,
  symbol: string,
  timeframe: Timeframe,
  { firstMs, lastMs }: CandleSpan,
): Promise<Candles> {
  if (firstMs === null || lastMs === null) return emptyCandles(0);
  return store.read(symbol, timeframe, { fromMs: firstMs, toMs: lastMs + timeframeMs[timeframe] });
}

function changeOf(series: string, { rows, firstMs, lastMs }: CandleSpan, now: CandleSpan): string {
  const span = `${isoMinute(firstMs ?? 0)} to ${isoMinute(lastMs ?? 0)} UTC`;
  if (now.rows === rows) return `of ${series} from ${span} some have other prices or volumes now`;
  return `of ${series} from ${span} it saw ${rows}, and there are ${now.rows} now`;
}
