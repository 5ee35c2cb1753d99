import { createHash } from 'node:crypto';
import type { KrakenTier } from './session.ts';

/** A key of the simulated account. */
export interface ApiKey {
  readonly apiKey: string;
  /** Base64 of 64 bytes, like Kraken's. */
  readonly secret: string;
  /** As Kraken names them. */
  readonly rights: readonly string[];
  readonly tier: KrakenTier;
  readonly nonceWindow: number;
}

const tradingRights = [
  'query-funds',
  'query-open-trades',
  'query-closed-trades',
  'modify-trades',
  'close-trades',
];

/** The key that the simulator gives to everybody: it opens nothing anywhere else. */
export function demoKey(
  options: { readonly mayWithdraw?: boolean; readonly tier?: KrakenTier; readonly nonceWindow?: number } = {},
): ApiKey {
  const { mayWithdraw = false, tier = 'intermediate', nonceWindow = 0 } = options;
  return {
    apiKey: 'SIMULATEDKRAKENDEMOKEY0000000000000000000000000000000000',
    secret: createHash('sha512').update('kraken-simulator demo key').digest('base64'),
    rights: mayWithdraw ? [...tradingRights, 'withdraw-funds'] : tradingRights,
    tier,
    nonceWindow,
  };
}
