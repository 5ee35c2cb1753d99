import { numberOf, textOf, type Units, unitsOf } from '../decimal.ts';
import { type DecideInput, type Decision, decide } from '../decision/decide.ts';
import { lookbackFault } from '../decision/lookback.ts';
import { type CandleWindow, recordOf } from '../decision/record.ts';
import { ASSUMED_REGIME } from '../decision/regime.ts';
import { signalAt } from '../decision/signals.ts';
import type { Step } from '../execution/clock.ts';
import { budgetOf, reservationOf } from '../execution/ledger.ts';
import { sliceCandles } from '../market/candles.ts';
import { contentHash } from '../market/content-hash.ts';
import { type EpochMs, lastCloseMs } from '../market/timeframes.ts';
import { type EngineRun, equityOf } from './engine-run.ts';
import { advance, type InstanceColumns, type MarketState, type Series } from './market-state.ts';

/** Step 5: every symbol decides, in alphabetical order; what one reserves the next cannot spend. */
export function decideTick(run: EngineRun, { atMs }: Step): void {
  let equity: Units | undefined;
  let free = run.cash;
  let entries = 0;
  for (const market of run.markets) {
    advance(market, atMs);
    if (!run.input.isRecording && isQuiet(run, market, atMs)) continue;
    equity ??= equityOf(run);
    const reserved = decideMarket(run, market, { atMs, equity, free });
    free -= reserved;
    if (reserved > 0n) entries++;
  }
  if (entries > 0) setBudgets(run, free, entries);
}

function setBudgets({ markets }: EngineRun, spare: Units, entries: number): void {
  for (const { entry } of markets) {
    if (entry !== undefined) entry.budget = budgetOf(entry.budget, spare, entries);
  }
}

/** Whether nothing can come of this tick: no vote to enter on, no signal or clock to leave on. Spares the decision. */
function isQuiet(run: EngineRun, market: MarketState, atMs: EpochMs): boolean {
  const { position, columns } = market;
  if (position === undefined) return !columns.some(isEntering) && faultOf(run, market.risk, atMs) === null;
  if (position.exit !== null) return true;
  return position.plan.timeStopMs === null && !columns.some(isLeaving);
}

function isEntering({ signals, series }: InstanceColumns): boolean {
  return series.isClosing && signals.vote[series.row] === 1;
}

function isLeaving({ signals, series }: InstanceColumns): boolean {
  return series.isClosing && (signals.exit[series.row] === 1 || signals.vote[series.row] === -1);
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
  { atMs, equity, free }: { atMs: EpochMs; equity: Units; free: Units },
): Units {
  const { symbol, risk, rules, columns } = market;
  const input: DecideInput = {
    atMs,
    symbol,
    signals: columns.flatMap((one) =>
      one.series.isClosing && faultOf(run, one.series, atMs) === null
        ? [signalAt(one.instance, one.signals, one.series.row, ASSUMED_REGIME)]
        : [],
    ),
    fault: faultOf(run, risk, atMs),
    regime: ASSUMED_REGIME,
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
  return reserve(market, decision, input.close);
}

function reserve(market: MarketState, { plan, size }: Decision, close: number): Units {
  if (plan === null || size === null) return 0n;
  const quantity = unitsOf(size.quantity);
  const reserved = reservationOf(quantity, close, market.rules.decide.takeCost);
  market.entry = { plan, quantity, budget: reserved };
  return reserved;
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
