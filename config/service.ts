import type { Config } from '../shared/core/config.ts';

/** The one dimension of our metrics: Powertools always writes it, and the alarms name it. */
export const SERVICE_NAME = 'hot-crypto';

/** The account on Kraken's candles and paper: here, and in every environment. */
export const KRAKEN_ACCOUNT = 'paper-kraken';

/** The source of an account that trades real money at Kraken itself; at another address the address follows. */
export const LIVE_SOURCE = 'kraken-live';

/** Our metrics, each of them a gauge that the watch writes. */
export const metrics = {
  ticksOverdue: 'TicksOverdue',
  positionsUnprotected: 'PositionsUnprotected',
} as const;

/** Where CloudWatch keeps the metrics of an environment. */
export function metricNamespace(environment: string): string {
  return `HotCrypto/${environment}`;
}

/** The files of `functions/` that are deployed. */
export const functionNames = ['trade-tick', 'order-watch', 'breakers', 'requests'] as const;
export type FunctionName = (typeof functionNames)[number];

/** Name of a stack in CloudFormation: who looks for its outputs finds it by this. */
export function stackName(environment: string, part: 'data' | 'trading' | 'edge' | 'observability'): string {
  return `${SERVICE_NAME}-${environment}-${part}`;
}

/** What only `dev` may: market data of a server on this machine, and ticks without an instant. */
export interface DevSettings {
  readonly krakenUrl: string | null;
  readonly acceptsPlaceholder: true;
}

/** The file `config.json` beside each function. */
export interface FunctionSettings {
  readonly environment: string;
  readonly codeVersion: string;
  readonly config: Config;
  readonly dev: DevSettings | null;
}

/** Where candle files lie in the bucket. */
export const CANDLE_PREFIX = 'candles/';
