/** What went wrong, as a word that code can switch on and a reader can search for. */
export type ErrorCode =
  | 'usage'
  | 'config-invalid'
  | 'candles-invalid'
  | 'candles-missing'
  | 'candles-conflict'
  | 'candles-changed'
  | 'source-unavailable'
  | 'exchange-unavailable'
  | 'exchange-throttled'
  | 'exchange-misconfigured'
  | 'account-mismatch'
  | 'account-busy'
  | 'breaker-changed'
  | 'clock-behind'
  | 'state-invalid'
  | 'state-contended'
  | 'state-unavailable'
  | 'aws-refused'
  | 'not-ready'
  | 'out-of-time'
  | 'not-found';

/**
 * An operating error: expected now and then, told to a person.
 * `message` says what happened, `hint` says what to do about it.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Renders an error for a terminal: one line of what, one line of what to do. */
export function describeError(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}\n  → ${error.hint}`;
  return `unexpected: ${error instanceof Error ? error.message : String(error)}`;
}
