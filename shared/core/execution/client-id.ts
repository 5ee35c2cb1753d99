import { sha256 } from '../hash.ts';
import type { EpochMs } from '../market/timeframes.ts';

/** What an order is for. */
export type Purpose = 'entry' | 'stop' | 'exit';

/** The cause of an order: everything that names it, and nothing else. */
export interface Intent {
  readonly account: string;
  readonly symbol: string;
  /** The tick that decided the entry of this position. */
  readonly tickMs: EpochMs;
  readonly purpose: Purpose;
  /** Earlier orders of this position and purpose that ended final. */
  readonly number: number;
}

/**
 * The client order id of an intent: the same cause gives the same id, whoever asks and how often.
 * @returns a UUID (RFC 9562 version 8) made of SHA-256 of `account|symbol|tick|purpose|number`
 */
export function clientOrderId({ account, symbol, tickMs, purpose, number }: Intent): string {
  const digest = sha256(`${account}|${symbol}|${tickMs}|${purpose}|${number}`);
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}${variant}${digest.slice(17, 32)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
