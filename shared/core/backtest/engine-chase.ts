import { countAbandoned } from '../decision/tally.ts';
import { chaseStep, followedLimit, isHeldUp } from '../execution/chase.ts';
import type { EpochMs } from '../market/timeframes.ts';
import { MINUTE_MS } from '../market/timeframes.ts';
import type { EngineRun } from './engine-run.ts';
import { closeAt, type Entry, type MarketState } from './market-state.ts';

/** Step 4 of entries that rest at a limit: they follow the close, or end. */
export function followEntries(run: EngineRun, atMs: EpochMs): void {
  for (const market of run.markets) {
    const { entry } = market;
    if (entry !== undefined) market.entry = followed(run, market, { entry, atMs });
  }
}

function followed(
  run: EngineRun,
  market: MarketState,
  { entry, atMs }: { readonly entry: Entry; readonly atMs: EpochMs },
): Entry | undefined {
  const { plan, quantity, chase } = entry;
  if (chase === null || chase.limit === null) return entry;
  const { symbol, position, rules } = market;
  const { execMs, breakers, input } = run;
  const step = chaseStep(
    { tickMs: plan.tickMs, isFilled: position !== undefined, rest: quantity, crossPrice: chase.crossPrice },
    {
      atMs,
      execMs,
      lateMs: input.config.maxLateMinutes * MINUTE_MS,
      position,
      isHeldUp: isHeldUp(breakers, { symbol, atMs }),
      isBare: false,
      instrument: rules.instrument,
    },
  );
  if (step === 'abandon') countAbandoned(run.tally);
  if (step === 'wait') return entry;
  if (step === 'cross') return { ...entry, chase: { ...chase, limit: null } };
  if (step !== 'follow') return undefined;
  const { tickDecimals } = rules.instrument;
  const close = closeAt(market, atMs - execMs);
  const limit = followedLimit(chase.limit, close, { position, tickDecimals });
  return limit === null ? undefined : { ...entry, chase: { ...chase, limit } };
}
