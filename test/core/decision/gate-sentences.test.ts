import { describe, expect, it } from 'vitest';
import { gateSentence } from '../../../shared/core/decision/gate-sentences.ts';
import { type Gate, type GateCode, gatesOf } from '../../../shared/core/decision/gates.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import { decideRules, guardOf, TICK_MS } from '../../helpers/decisions.ts';
import { gateCodes, worstGuard } from '../../helpers/guards.ts';

const guard = worstGuard();
const entry = { atMs: TICK_MS, symbol: 'BTC/USD', close: 100, atr: 0.29, stop: 99.71, target: null };
const gates = gatesOf({ ...entry, takeCost: 0.0043 }, guard, decideRules.risk);
// The first breaker is of none of the gates that name one.
const breakers = [trippedUntil('drawdown', null), ...guard.breakers.values()];
const context = { symbol: 'BTC/USD', breakers };

/** TICK_MS is 2024-01-02 00:00 UTC; the last loss was a minute before it. */
const sentences: Readonly<Record<GateCode, string>> = {
  BREAKER_MANUAL: 'The manual breaker is tripped until a person resets it: manual was seen.',
  BREAKER_PORTFOLIO: 'The portfolio breaker is tripped until a person resets it: portfolio was seen.',
  BREAKER_CONSECUTIVE_LOSSES: 'The losses breaker is tripped until a person resets it: losses was seen.',
  BREAKER_ASSET: 'The asset breaker is tripped until 2024-01-02 01:00 UTC: asset:BTC-USD was seen.',
  BREAKER_FLASH: 'The flash breaker is tripped until 2024-01-02 01:00 UTC: flash:BTC-USD was seen.',
  DAILY_LOSS: 'The account has lost 10 % since 00:00 UTC; at 2 % nothing is entered.',
  DRAWDOWN:
    'The account fell 10 % or more below its highest equity (28 % now): nothing is entered until a person resets the drawdown.',
  MAX_OPEN: '2 of at most 2 positions are open.',
  COOLDOWN: 'The last loss is less than 240 minutes old: nothing is entered until 2024-01-02 03:59 UTC.',
  ATR_TOO_LOW: 'BTC/USD moves too little: ATR(14, 4h) is 0.29 % of the price, below 0.3 %.',
  SPREAD: 'The spread of BTC/USD is 20.0 bps, wider than the limit of 10.',
  MIN_EDGE: 'There is 0.58 % of the price to be won, ' + 'less than twice the cost of a round trip (1.72 %).',
  BALANCE_SHORT: 'The venue holds less than the books say.',
};

describe('the sentence of a gate', () => {
  it.each(gateCodes)('%s names what was measured, and its limit', (code) => {
    const gate = gates.find((one) => one.code === code);
    expect(gate?.outcome).toBe('failed');
    expect(gate && gateSentence(gate, context)).toBe(sentences[code]);
  });

  it('of a drawdown that was tripped by hand, without a limit, says that it is too far', () => {
    const breakers = breakersOf(trippedUntil('drawdown', null));
    const off = gatesOf({ ...entry, takeCost: 0 }, guardOf({ breakers }), {
      ...decideRules.risk,
      drawdownMax: 'off',
    }).find(({ code }) => code === 'DRAWDOWN');
    expect(off && gateSentence(off, context)).toBe(
      'The account fell too far below its highest equity (0 % now): nothing is entered until a person resets the drawdown.',
    );
  });

  // A record holds no figure that is not finite.
  it.each<[GateCode, RegExp]>([
    ['COOLDOWN', /until – UTC/],
    ['ATR_TOO_LOW', /is – of the price, below –\.$/],
    ['BREAKER_ASSET', /is tripped until a person resets it: $/],
  ])('%s without figures has dashes in their place', (code, words) => {
    const gate: Gate = { code, outcome: 'failed', value: null, limit: null };
    expect(gateSentence(gate, { symbol: 'BTC/USD', breakers: [] })).toMatch(words);
  });
});
