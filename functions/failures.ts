import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { AppError } from '../shared/core/errors.ts';

/**
 * Middy would answer shortly before the time-out while the work goes on: Lambda would freeze it then, and thaw it in the
 * middle of an order when its lease is somebody else's. A run ends by itself, or is killed.
 */
export const runsToItsEnd = { timeoutEarlyInMillis: 0 } as const;

/** Writes down what went wrong and what to do about it; the run fails all the same. */
export function tellingFailures(logger: Logger): MiddlewareObj<unknown> {
  return {
    onError: ({ error }) => {
      if (error instanceof AppError) logger.error(error.message, { code: error.code, hint: error.hint });
      else logger.error('unexpected', { error });
    },
  };
}
