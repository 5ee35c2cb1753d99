import { unitsOf } from '../../shared/core/decimal.ts';
import type { GateCode, Guard } from '../../shared/core/decision/gates.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { accountScopes } from '../../shared/core/risk/breakers.ts';
import { newStanding } from '../../shared/core/risk/standing.ts';
import { breakersOf, trippedUntil } from './closed.ts';
import { guardOf, TICK_MS } from './decisions.ts';

/** The codes of all gates in the order in which the first that failed is named (execution §14). */
export const gateCodes: readonly GateCode[] = [
  'BREAKER_MANUAL',
  'BREAKER_PORTFOLIO',
  'BREAKER_CONSECUTIVE_LOSSES',
  'BREAKER_ASSET',
  'BREAKER_FLASH',
  'DAILY_LOSS',
  'DRAWDOWN',
  'MAX_OPEN',
  'COOLDOWN',
  'ATR_TOO_LOW',
  'SPREAD',
  'MIN_EDGE',
  'BALANCE_SHORT',
];

const standing = newStanding(unitsOf('10000'), TICK_MS);

/**
 * For each gate but those of the market itself, an account of 10,000 USD that has this trouble and no other.
 * The market's own are in `flatMarket`.
 */
export const troubles: Readonly<Record<Exclude<GateCode, 'ATR_TOO_LOW' | 'MIN_EDGE'>, Partial<Guard>>> = {
  BREAKER_MANUAL: { breakers: breakersOf(trippedUntil('manual', null)) },
  BREAKER_PORTFOLIO: { breakers: breakersOf(trippedUntil('portfolio', null)) },
  BREAKER_CONSECUTIVE_LOSSES: { breakers: breakersOf(trippedUntil('losses', TICK_MS + HOUR_MS)) },
  BREAKER_ASSET: { breakers: breakersOf(trippedUntil('asset:BTC-USD', TICK_MS + HOUR_MS)) },
  BREAKER_FLASH: { breakers: breakersOf(trippedUntil('flash:BTC-USD', TICK_MS + HOUR_MS)) },
  DAILY_LOSS: { equity: unitsOf('9790') },
  DRAWDOWN: {
    standing: { ...standing, peak: unitsOf('12500') },
    breakers: breakersOf(trippedUntil('drawdown', null)),
  },
  MAX_OPEN: { open: 2 },
  COOLDOWN: { standing: { ...standing, lastLossMs: TICK_MS - MINUTE_MS } },
  SPREAD: { quote: { bid: 99.9, ask: 100.1 } },
  BALANCE_SHORT: { isBalanceShort: true },
};

/** All of that at once. */
export function worstGuard(): Guard {
  return guardOf({
    standing: { ...standing, peak: unitsOf('12500'), lastLossMs: TICK_MS - MINUTE_MS },
    breakers: breakersOf(
      ...accountScopes.map((scope) => trippedUntil(scope, null)),
      trippedUntil('asset:BTC-USD', TICK_MS + HOUR_MS),
      trippedUntil('flash:BTC-USD', TICK_MS + HOUR_MS),
    ),
    equity: unitsOf('9000'),
    open: 2,
    quote: { bid: 99.9, ask: 100.1 },
    isBalanceShort: true,
  });
}
