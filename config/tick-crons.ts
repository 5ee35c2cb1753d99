import type { Config } from '../shared/core/config.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  type Timeframe,
  timeframeMs,
  timeframes,
} from '../shared/core/market/timeframes.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';

/** Some of the instants at which the engine ticks. */
export interface TickCron {
  /** No two have the same: what a schedule is known by. */
  readonly id: string;
  /** As EventBridge Scheduler spells it, in UTC. */
  readonly cron: string;
}

/**
 * When the engine ticks: at each close of the shortest timeframe on which a strategy decides. Midnight, when days
 * close, stands apart; each instant has exactly one cron.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function tickCrons(config: Config): readonly TickCron[] {
  const used = instancesOf(config).map(({ timeframe }) => timeframe);
  const shortest = timeframes.find((timeframe) => used.includes(timeframe)) ?? '1d';
  return [{ id: '1d', cron: 'cron(0 0 * * ? *)' }, ...(shortest === '1d' ? [] : restOfDay(shortest))];
}

/** A step of minutes starts anew each hour, so that the first hour, which has midnight, needs its own. */
function restOfDay(timeframe: Timeframe): readonly TickCron[] {
  const lengthMs = timeframeMs[timeframe];
  if (lengthMs >= HOUR_MS) {
    const hours = lengthMs / HOUR_MS;
    return [{ id: timeframe, cron: `cron(0 ${hours}/${hours} * * ? *)` }];
  }
  const minutes = lengthMs / MINUTE_MS;
  return [
    { id: `${timeframe}-first-hour`, cron: `cron(${minutes}/${minutes} 0 * * ? *)` },
    { id: timeframe, cron: `cron(0/${minutes} 1-23 * * ? *)` },
  ];
}
