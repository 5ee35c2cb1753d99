import { numberOf, textOf, type Units, unitsOf } from '../decimal.ts';
import { candleSpan, type Other, otherWindows } from '../decision/candle-span.ts';
import { type DecideInput, type Decision, decide } from '../decision/decide.ts';
import { lookbackFault } from '../decision/lookback.ts';
import { newest, riskMeasures } from '../decision/measures.ts';
import type { CandleWindow } from '../decision/record.ts';
import type { Regime } from '../decision/regime.ts';
import { type InstanceSignal, signalAt } from '../decision/signals.ts';
import { countDecision } from '../decision/tally.ts';
import { recordOf } from '../decision/write-record.ts';
import { crossPrice, isMaker, limitUnder } from '../execution/chase.ts';
import type { Step } from '../execution/clock.ts';
import { afterReservation, budgetOf, type Room, reservationOf } from '../execution/ledger.ts';
import { WEIGHT_SLACK } from '../execution/levels.ts';
import { isTimeUp } from '../execution/position.ts';
import { sliceCandles } from '../market/candles.ts';
import { type EpochMs, lastCloseMs } from '../market/timeframes.ts';
import { closeBreakers, guard } from './engine-guard.ts';
import { type EngineRun, equityOf } from './engine-run.ts';
import { advance, type InstanceColumns, type MarketState, type Series } from './market-state.ts';

/** Step 5: every symbol decides, in alphabetical order; what one reserves the next cannot spend. */
export function decideTick(run: EngineRun, { atMs }: Step): void {
  for (const market of run.markets) advance(market, atMs);
  const equity = equityOf(run);
  guard(run, { atMs, equity, isTick: true });
  const before = roomOf(run, equity);
  let room = before;
  for (const market of run.markets) {
    if (!run.input.isRecording && isQuiet(run, market, atMs)) continue;
    room = decideMarket(run, market, { atMs, equity, room });
  }
  if (room.open > before.open) prepareEntries(run, room.free, atMs);
}

/** Entries of an earlier tick keep back all that they may still spend. */
function roomOf({ markets, cash }: EngineRun, equity: Units): Room {
  let reserved = 0n;
  let open = 0;
  for (const { position, entry } of markets) {
    if (entry !== undefined) reserved += entry.budget;
    if (position !== undefined || entry !== undefined) open++;
  }
  return { free: cash - reserved, exposure: equity - cash + reserved, open };
}

function prepareEntries(run: EngineRun, spare: Units, atMs: EpochMs): void {
  const entering = run.markets.filter(({ entry }) => entry?.plan.tickMs === atMs);
  for (const market of entering) {
    const { entry } = market;
    if (entry !== undefined)
      market.entry = { ...entry, budget: budgetOf(entry.budget, spare, entering.length) };
  }
  closeBreakers(run, { symbols: entering.map(({ symbol }) => symbol), atMs });
}

/** Whether nothing can come of this tick, whatever the regime: no votes that can enter, nothing to leave on. */
function isQuiet(run: EngineRun, market: MarketState, atMs: EpochMs): boolean {
  const { position, columns } = market;
  if (position === undefined) return faultOf(run, market.risk, atMs) === null && !mayEnter(run, market, 1);
  if (position.exit !== null) return true;
  return !isTimeUp(position, atMs) && !columns.some(isLeaving);
}

/**
 * Whether a side could enter in some regime. The regime costs more than all the rest of a decision, and most votes
 * are too light in any: so it is asked only where it matters.
 */
function mayEnter({ input: { config } }: EngineRun, { columns }: MarketState, vote: 1 | -1): boolean {
  let most = 0;
  for (const { signals, series, mostWeight } of columns) {
    if (series.isClosing && signals.vote[series.row] === vote)
      most += mostWeight * (signals.strength?.[series.row] ?? 1);
  }
  return most > 0 && most >= config.ensemble.threshold - WEIGHT_SLACK;
}

function isLeaving({ signals, series }: InstanceColumns): boolean {
  return series.isClosing && (signals.exit[series.row] === 1 || signals.vote[series.row] === -1);
}

function signalsOf(
  run: EngineRun,
  { columns }: MarketState,
  { atMs, regime }: { readonly atMs: EpochMs; readonly regime: Regime },
): readonly InstanceSignal[] {
  return columns.flatMap((one) =>
    one.series.isClosing && faultOf(run, one.series, atMs) === null
      ? [signalAt(one.instance, one.signals, one.series.row, regime)]
      : [],
  );
}

function faultOf(run: EngineRun, series: Series, atMs: EpochMs): string | null {
  const { candles, untraded, timeframe, row } = series;
  if (row < 0) return 'no candle';
  const closeMs = lastCloseMs(timeframe, atMs);
  return lookbackFault(candles, untraded, { row, timeframe, atMs: closeMs, rows: run.input.lookbackRows });
}

/** The newest row of a symbol's 4h candles, and the first that a decision may see. */
function rowsOf(run: EngineRun, { risk: { row } }: MarketState) {
  return { row, firstRow: Math.max(0, row + 1 - run.input.lookbackRows) };
}

interface Turn {
  readonly atMs: EpochMs;
  readonly equity: Units;
  readonly room: Room;
}

function decideMarket(run: EngineRun, market: MarketState, turn: Turn): Room {
  const input = inputOf(run, market, turn);
  const decision = decide(input, market.rules.decide);
  if (market.position === undefined) countDecision(run.tally, decision);
  if (run.input.isRecording) record(run, market, { input, decision, turn });
  if (decision.position !== null) market.position = decision.position;
  // What is to be sold is not bought any more.
  if (market.position !== undefined && market.position.exit !== null) market.entry = undefined;
  return reserve(market, decision, { close: input.close, room: turn.room, execMs: run.execMs });
}

function inputOf(run: EngineRun, market: MarketState, { atMs, equity, room }: Turn): DecideInput {
  const { symbol } = market;
  const { standing, breakers, execMs } = run;
  const fault = faultOf(run, market.risk, atMs);
  const isMeasured = run.input.isRecording || mayEnter(run, market, market.position === undefined ? 1 : -1);
  const measures = riskMeasures(
    market.riskColumns,
    { ...rowsOf(run, market), isMeasured: isMeasured && fault === null },
    othersOf(run, market).map(({ candles }) => candles),
  );
  return {
    atMs,
    symbol,
    signals: signalsOf(run, market, { atMs, regime: measures.regime.regime }),
    fault,
    ...measures,
    position: market.position,
    isEntering: market.entry !== undefined,
    isMissed: false,
    funds: { equity: numberOf(equity), exposure: numberOf(room.exposure), free: numberOf(room.free) },
    guard: { standing, breakers, equity, open: room.open, execMs, quote: null, isBalanceShort: false },
  };
}

/** The symbols that are held beside this one. */
function othersOf(run: EngineRun, market: MarketState): readonly Other[] {
  return run.markets
    .filter((other) => other !== market && other.position !== undefined)
    .map((other) => ({ symbol: other.symbol, candles: newest(other.risk.candles, rowsOf(run, other)) }));
}

function reserve(
  market: MarketState,
  { plan, size, price }: Decision,
  { close, room, execMs }: { readonly close: number; readonly room: Room; readonly execMs: number },
): Room {
  if (plan === null || size === null || price === null) return room;
  const { entry, takeCost, instrument } = market.rules.decide;
  const quantity = unitsOf(size.quantity);
  const reserved = reservationOf(quantity, price, takeCost);
  const { tickDecimals } = instrument;
  const chase = isMaker(entry, execMs)
    ? { limit: limitUnder(close, tickDecimals), crossPrice: crossPrice(close, tickDecimals) }
    : null;
  market.entry = { plan, quantity, budget: reserved, chase };
  return afterReservation(room, { quantity, price, reserved });
}

function record(
  run: EngineRun,
  market: MarketState,
  { input, decision, turn }: { input: DecideInput; decision: Decision; turn: Turn },
): void {
  const { account, configHash, codeVersion } = run.input;
  const { equity, room } = turn;
  const windows = market.series
    .filter((series) => series === market.risk || input.atMs % series.lengthMs === 0)
    .map((series) => windowOf(run, series, input.atMs));
  const funds = { equity: textOf(equity), exposure: textOf(room.exposure), free: textOf(room.free) };
  const others = otherWindows(othersOf(run, market));
  const context = { account, configHash, codeVersion, windows, others, ...funds };
  run.decisions.push(recordOf(input, decision, { rules: market.rules.decide, context }));
}

function windowOf(run: EngineRun, series: Series, atMs: EpochMs): CandleWindow {
  const { candles, row, timeframe } = series;
  const window = sliceCandles(candles, Math.max(0, row + 1 - run.input.lookbackRows), row + 1);
  return { timeframe, ...candleSpan(window), fault: faultOf(run, series, atMs) };
}
