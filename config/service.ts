/** Name of the service on every log line and as the one dimension of every metric. */
export const SERVICE_NAME = 'hot-crypto';

/** The namespace of an environment's metrics. */
export function metricNamespace(environment: string): string {
  return `HotCrypto/${environment}`;
}

/** Our own metrics; what they count is told where alarms look at them. */
export const metrics = {
  ticksOverdue: 'TicksOverdue',
  positionsUnprotected: 'PositionsUnprotected',
} as const;
