import type { AppError } from './errors.ts';

/** One thing that was looked at. `fail`: it keeps the engine from trading. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly text: string;
  /** What to do about it, or null. */
  readonly remedy: string | null;
}

export function ok(subject: string, text: string): Finding {
  return { level: 'ok', subject, text, remedy: null };
}

export function warn(subject: string, text: string, remedy: string | null = null): Finding {
  return { level: 'warn', subject, text, remedy };
}

export function fail(subject: string, { message, hint }: Pick<AppError, 'message' | 'hint'>): Finding {
  return { level: 'fail', subject, text: message, remedy: hint };
}
