import { createHash } from 'node:crypto';
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
  const bytes = createHash('sha256').update(`${account}|${symbol}|${tickMs}|${purpose}|${number}`).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
