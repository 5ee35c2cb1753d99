import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { AppError } from '../shared/core/errors.ts';

/** Writes down what went wrong and what to do about it; the run fails all the same. */
export function tellingFailures(logger: Logger): MiddlewareObj<unknown> {
  return {
    onError: ({ error }) => {
      if (error instanceof AppError) logger.error(error.message, { code: error.code, hint: error.hint });
      else logger.error('unexpected', { error });
    },
  };
}
