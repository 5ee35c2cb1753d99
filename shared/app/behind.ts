import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import type { EpochMs } from '../core/market/timeframes.ts';

/** Nothing may happen in an account's past, and its present is not known. */
export function clockBehind(account: string, nowMs: EpochMs, reachedMs: EpochMs): AppError {
  const reached = isoMinute(reachedMs);
  return new AppError(
    'clock-behind',
    `The clock says ${isoMinute(nowMs)} UTC, but the account '${account}' has come to ${reached} UTC.`,
    `Nothing is watched until then: set this machine's clock right. From ${reached} UTC on it goes on by itself.`,
  );
}
