import { type Units, unitsOfNumber } from '../decimal.ts';
import type { DecisionRecord } from '../decision/record.ts';
import { newTally, type Tally } from '../decision/tally.ts';
import type { BookedFill, Mark } from '../execution/books.ts';
import { firstStep, type Step, stepAfter } from '../execution/clock.ts';
import { isTargetReached, type Position, ratchet, requestExit } from '../execution/position.ts';
import { type EpochMs, timeframeMs } from '../market/timeframes.ts';
import type { Breaker } from '../risk/breakers.ts';
import { newStanding } from '../risk/standing.ts';
import { followEntries } from './engine-chase.ts';
import { meetOpen, meetRange } from './engine-fills.ts';
import { guard } from './engine-guard.ts';
import { type EngineInput, type EngineRun, equityOf } from './engine-run.ts';
import { decideTick } from './engine-tick.ts';
import { advance, execRowAt, type MarketState, marketState } from './market-state.ts';

/** What a backtest did. */
export interface EngineResult {
  readonly closed: readonly Position[];
  readonly open: readonly Position[];
  readonly fills: readonly BookedFill[];
  readonly marks: readonly Mark[];
  readonly decisions: readonly DecisionRecord[];
  readonly tally: Tally;
  /** Breakers as they stand at the end. */
  readonly breakers: readonly Breaker[];
  readonly equityFinal: Units;
}

/**
 * Runs an account over its candles: the five steps of the clock, decided and filled by the same pure pieces as
 * replay, paper and live, in a loop of its own. Pure: the same input gives the same result.
 */
export function runEngine(input: EngineInput): EngineResult {
  const run = beginRun(input);
  const { execMs, tickMs } = run;
  const span = { fromMs: input.fromMs, toMs: input.toMs, execMs, tickMs };
  const isBusy = () =>
    run.markets.some(({ position, entry }) => position !== undefined || entry !== undefined);
  // Not `clockSteps`, the same as a generator: its millions of resumptions would be a fifth of a backtest.
  let step = firstStep(span, isBusy);
  for (; step !== undefined; step = stepAfter(step, span, isBusy)) carryOut(run, step);
  const open = run.markets.flatMap(({ position }) => (position === undefined ? [] : [position]));
  const { closed, fills, marks, decisions, tally } = run;
  const breakers = [...run.breakers.values()];
  return { closed, open, fills, marks, decisions, tally, breakers, equityFinal: equityOf(run) };
}

function beginRun(input: EngineInput): EngineRun {
  const { config, instances, data } = input;
  const markets = config.symbols.flatMap((symbol) => {
    const own = data.symbols.get(symbol);
    return own === undefined ? [] : [marketState(symbol, own, { config, instances })];
  });
  const capital = unitsOfNumber(config.capital);
  return {
    input,
    markets,
    cash: capital,
    closed: [],
    fills: [],
    marks: [],
    decisions: [],
    tally: newTally(),
    standing: newStanding(capital, input.fromMs),
    breakers: new Map(),
    execMs: timeframeMs[data.execTimeframe],
    tickMs: Math.min(...instances.map(({ timeframe }) => timeframeMs[timeframe])),
  };
}

function carryOut(run: EngineRun, step: Step): void {
  switch (step.kind) {
    case 'OPEN':
      meetOpen(run, step);
      return;
    case 'AFTER_OPEN': // the engine places a stop as it books the fill
      return;
    case 'RANGE':
      meetRange(run, step);
      return;
    case 'CLOSED':
      closeCandle(run, step);
      return;
    case 'TICK':
      decideTick(run, step);
  }
}

function closeCandle(run: EngineRun, { candleMs, atMs }: Step): void {
  for (const market of run.markets) {
    const row = execRowAt(market, candleMs);
    if (row >= 0) market.lastClose = market.exec.close[row]!;
    const { position } = market;
    if (position === undefined || position.exit !== null) continue;
    const raised = followTrail(market, position, atMs);
    market.position = isTargetReached(raised, market.lastClose)
      ? requestExit(raised, 'TARGET', atMs)
      : raised;
  }
  const equity = equityOf(run);
  guard(run, { atMs, equity, isTick: false });
  followEntries(run, atMs);
  run.marks.push({ atMs, equity, cash: run.cash });
}

function followTrail(market: MarketState, position: Position, atMs: EpochMs): Position {
  if (market.trailing.length === 0) return position;
  advance(market, atMs);
  const trails = market.trailing.map(({ signals, series }) => signals.trail?.[series.row] ?? Number.NaN);
  return ratchet(position, trails, market.rules.instrument.tickDecimals);
}
