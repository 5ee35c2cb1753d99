import { numberOf, textOf, type Units, unitsOf } from '../decimal.ts';
import { type DecideInput, type Decision, decide } from '../decision/decide.ts';
import { lookbackFault } from '../decision/lookback.ts';
import { type CandleWindow, recordOf } from '../decision/record.ts';
import type { Regime } from '../decision/regime.ts';
import { signalAt } from '../decision/signals.ts';
import { reservationOf } from '../execution/ledger.ts';
import { sliceCandles } from '../market/candles.ts';
import { contentHash } from '../market/content-hash.ts';
import { type EpochMs, lastCloseMs } from '../market/timeframes.ts';
import { type EngineRun, equityOf } from './engine.ts';
import { advance, type InstanceColumns, type MarketState, type Series } from './market-state.ts';

const REGIME: Regime = 'RANDOM_WALK';

/** Step 5: every symbol decides, in alphabetical order; what one reserves the next cannot spend. */
export function decideTick(run: EngineRun, atMs: EpochMs): void {
  let equity: Units | undefined;
  let free = run.cash;
  for (const market of run.markets) {
    advance(market, atMs);
    const fault = faultOf(run, market.risk, atMs);
    if (isQuiet(run, market, { fault, atMs })) continue;
    equity ??= equityOf(run);
    free -= decideMarket(run, market, { atMs, fault, equity, free });
  }
}

/** Whether nothing can come of this tick: no vote to enter on, no signal or clock to leave on. Spares the decision. */
function isQuiet(
  run: EngineRun,
  market: MarketState,
  { fault, atMs }: { fault: string | null; atMs: EpochMs },
): boolean {
  if (run.input.isRecording) return false;
  const { position } = market;
  if (position === undefined) {
    if (fault === null)
      return !market.columns.some((one) => isClosing(one, atMs) && one.signals.vote[one.series.row] === 1);
    countReject(run, 'INSUFFICIENT_DATA');
    return true;
  }
  if (position.exit !== null) return true;
  if (position.plan.timeStopMs !== null) return false;
  return !market.columns.some((one) => isClosing(one, atMs) && isLeaving(one));
}

function isLeaving({ signals, series }: InstanceColumns): boolean {
  return signals.exit[series.row] === 1 || signals.vote[series.row] === -1;
}

/** Whether the instance's own candle closes at this tick. */
function isClosing({ series }: InstanceColumns, atMs: EpochMs): boolean {
  return series.row >= 0 && atMs % series.lengthMs === 0;
}

function faultOf(run: EngineRun, series: Series, atMs: EpochMs): string | null {
  const { candles, untraded, timeframe, row } = series;
  if (row < 0) return 'no candle';
  const closeMs = lastCloseMs(timeframe, atMs);
  return lookbackFault(candles, untraded, { row, timeframe, atMs: closeMs, rows: run.input.lookbackRows });
}

function decideMarket(
  run: EngineRun,
  market: MarketState,
  { atMs, fault, equity, free }: { atMs: EpochMs; fault: string | null; equity: Units; free: Units },
): Units {
  const { symbol, risk, rules, columns } = market;
  const input: DecideInput = {
    atMs,
    symbol,
    signals: columns.flatMap((one) =>
      isClosing(one, atMs) && faultOf(run, one.series, atMs) === null
        ? [signalAt(one.instance, one.signals, one.series.row, REGIME)]
        : [],
    ),
    fault,
    regime: REGIME,
    close: risk.candles.close[risk.row] ?? Number.NaN,
    atr: market.atr[risk.row] ?? Number.NaN,
    position: market.position,
    isEntering: market.entry !== undefined,
    isMissed: false,
    funds: { equity: numberOf(equity), free: numberOf(free) },
  };
  const decision = decide(input, rules.decide);
  if (decision.code !== null && market.position === undefined) countReject(run, decision.code);
  if (run.input.isRecording) record(run, market, { input, decision, equity, free });
  if (decision.position !== null) market.position = decision.position;
  return reserve(market, decision, { close: input.close, free });
}

function reserve(
  market: MarketState,
  { plan, size }: Decision,
  { close, free }: { close: number; free: Units },
): Units {
  if (plan === null || size === null) return 0n;
  const quantity = unitsOf(size.quantity);
  market.entry = { plan, quantity, budget: free };
  return reservationOf(quantity, close, market.rules.decide.takeCost);
}

function record(
  run: EngineRun,
  market: MarketState,
  { input, decision, equity, free }: { input: DecideInput; decision: Decision; equity: Units; free: Units },
): void {
  const { account, configHash, codeVersion } = run.input;
  const windows = market.series
    .filter((series) => series === market.risk || input.atMs % series.lengthMs === 0)
    .map((series) => windowOf(run, series, input.atMs));
  const context = { account, configHash, codeVersion, windows, equity: textOf(equity), free: textOf(free) };
  run.decisions.push(recordOf(input, decision, { rules: market.rules.decide, context }));
}

function windowOf(run: EngineRun, series: Series, atMs: EpochMs): CandleWindow {
  const { candles, row, timeframe } = series;
  const window = sliceCandles(candles, Math.max(0, row + 1 - run.input.lookbackRows), row + 1);
  return {
    timeframe,
    rows: window.openMs.length,
    firstMs: window.openMs[0] ?? null,
    lastMs: window.openMs.at(-1) ?? null,
    hash: contentHash(window),
    fault: faultOf(run, series, atMs),
  };
}

function countReject(run: EngineRun, code: string): void {
  run.rejects[code] = (run.rejects[code] ?? 0) + 1;
}
