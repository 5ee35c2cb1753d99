import { AppError, type ErrorCode } from '../core/errors.ts';

/** Codes of calls that had no answer: nothing was found wrong by them. */
const PASSING: readonly ErrorCode[] = ['exchange-unavailable', 'exchange-throttled', 'source-unavailable'];

const TRIES_MAX = 5;
const PAUSE_MS = 2_000;

/** Whether something had no answer, as against a wrong one. */
export function hadNoAnswer(code: ErrorCode | undefined): boolean {
  return code !== undefined && PASSING.includes(code);
}

/**
 * Asks what changes nothing, and asks again where there was no answer.
 * @throws AppError of the last try
 */
export async function askAgain<Answer>(
  ask: () => Promise<Answer>,
  waitMs: (ms: number) => Promise<void>,
  triesMax = TRIES_MAX,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= triesMax || !(error instanceof AppError) || !hadNoAnswer(error.code)) throw error;
      await waitMs(PAUSE_MS);
    }
  }
}
