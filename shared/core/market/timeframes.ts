/** Milliseconds since 1970-01-01T00:00Z, a whole number. */
export type EpochMs = number;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Length of each timeframe in milliseconds, shortest first. */
export const timeframeMs = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '1d': DAY_MS,
} as const;

export type Timeframe = keyof typeof timeframeMs;

/** Every timeframe, shortest first. */
export const timeframes = ['1m', '5m', '15m', '1h', '4h', '1d'] as const satisfies readonly Timeframe[];

/** True when `text` names a timeframe. */
export function isTimeframe(text: string): text is Timeframe {
  return Object.hasOwn(timeframeMs, text);
}

/** The newest instant, at or before `atMs`, at which a candle of this timeframe closed. */
export function lastCloseMs(timeframe: Timeframe, atMs: EpochMs): EpochMs {
  const length = timeframeMs[timeframe];
  return Math.floor(atMs / length) * length;
}
