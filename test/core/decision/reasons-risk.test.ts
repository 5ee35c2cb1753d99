import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import type { GateCode } from '../../../shared/core/decision/gates.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import {
  decideInput,
  guardOf,
  recordContext,
  decideRules as rules,
  signalOf,
  TICK_MS,
} from '../../helpers/decisions.ts';
import { gateCodes, troubles, worstGuard } from '../../helpers/guards.ts';

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96 });

function reasonsOf(change: Partial<DecideInput>) {
  const input = decideInput({ signals: [trend], ...change });
  return recordOf(input, decide(input, rules), { rules, context: recordContext }).reasons;
}

/** What the votes say, of every decision here. */
const votes = [
  'trend_ema@4h votes long with weight 0.60.',
  'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
  'The long score is 0.60: enough for an entry.',
];

/** For each gate, an entry that it alone forbids. */
const alone: Readonly<Record<GateCode, readonly [Partial<DecideInput>, string]>> = {
  BREAKER_MANUAL: [
    { guard: guardOf(troubles.BREAKER_MANUAL) },
    'The manual breaker is tripped until a person resets it: manual was seen.',
  ],
  BREAKER_PORTFOLIO: [
    { guard: guardOf(troubles.BREAKER_PORTFOLIO) },
    'The portfolio breaker is tripped until a person resets it: portfolio was seen.',
  ],
  BREAKER_CONSECUTIVE_LOSSES: [
    { guard: guardOf(troubles.BREAKER_CONSECUTIVE_LOSSES) },
    'The losses breaker is tripped until 2024-01-02 01:00 UTC: losses was seen.',
  ],
  BREAKER_ASSET: [
    { guard: guardOf(troubles.BREAKER_ASSET) },
    'The asset breaker is tripped until 2024-01-02 01:00 UTC: asset:BTC-USD was seen.',
  ],
  BREAKER_FLASH: [
    { guard: guardOf(troubles.BREAKER_FLASH) },
    'The flash breaker is tripped until 2024-01-02 01:00 UTC: flash:BTC-USD was seen.',
  ],
  DAILY_LOSS: [
    { guard: guardOf(troubles.DAILY_LOSS) },
    'The account has lost 2.1 % since 00:00 UTC; at 2 % nothing is entered.',
  ],
  DRAWDOWN: [
    { guard: guardOf(troubles.DRAWDOWN) },
    'The account fell 10 % or more below its highest equity (20 % now): nothing is entered until a person resets it.',
  ],
  MAX_OPEN: [{ guard: guardOf(troubles.MAX_OPEN) }, '2 of at most 2 positions are open.'],
  COOLDOWN: [
    { guard: guardOf(troubles.COOLDOWN) },
    'A position was closed with a loss: for 240 minutes, until 2024-01-02 03:59 UTC, nothing is entered.',
  ],
  ATR_TOO_LOW: [
    { atr: 0.29, signals: [{ ...trend, target: 110 }] },
    'BTC/USD moves too little: ATR(14, 4h) is 0.29 % of the price, below 0.3 %.',
  ],
  SPREAD: [{ guard: guardOf(troubles.SPREAD) }, 'The spread of BTC/USD is 20.0 bps, wider than 10.'],
  MIN_EDGE: [
    { signals: [{ ...trend, target: 101 }] },
    'There is 1 % of the price to be won, ' + 'less than twice the cost of a round trip (1.72 %).',
  ],
  BALANCE_SHORT: [{ guard: guardOf(troubles.BALANCE_SHORT) }, 'The venue holds less than the books say.'],
};

describe('the reasons of an entry that a gate forbids', () => {
  it.each(gateCodes)('%s: tell the votes, what the gate saw, and its code', (code) => {
    const [change, sentence] = alone[code];
    expect(reasonsOf(change)).toEqual([...votes, sentence, `Not bought: ${code}.`]);
  });

  it('tell every gate, and the codes of all', () => {
    const reasons = reasonsOf({
      guard: worstGuard(),
      signals: [{ ...trend, target: 101 }],
      atr: 0.29,
      funds: { equity: 9000, exposure: 0, free: 0.4 },
    });
    expect(reasons).toHaveLength(votes.length + gateCodes.length + 1);
    expect(reasons.at(-1)).toBe(`Not bought: ${[...gateCodes, 'SIZE_BELOW_MIN'].join(', ')}.`);
  });

  it('are none of an entry that is made', () => {
    const reasons = reasonsOf({});
    expect(reasons.slice(0, votes.length)).toEqual(votes);
    expect(reasons).toHaveLength(votes.length + 2);
    expect(reasons.at(-1)).toMatch(/^Buy 6.25 at the next open/);
  });
});

describe('the reasons of a size', () => {
  const standing = newStanding(unitsOf('10000'), TICK_MS);

  it('tell that only a probe is risked', () => {
    const netRs = Array.from({ length: 12 }, () => -1);
    expect(reasonsOf({ guard: guardOf({ standing: { ...standing, netRs } }) }).slice(3)).toEqual([
      'The last 12 positions show no edge (KELLY_NEGATIVE): only a probe of 0.125 % of the equity is risked.',
      'Size: risk allows 156.25 USD (halved: the market is taken for a random walk), volatility 10000, one symbol 5000, ' +
        'what is not invested 10000, free cash 9957.18; the risk binds.',
      'Buy 1.5625 at the next open, with a stop near 96 and no target.',
    ]);
  });

  it('tell what correlation leaves', () => {
    expect(reasonsOf({ correlation: 0.9 })[3]).toBe(
      'Size: risk allows 468.75 USD (halved: the market is taken for a random walk; times 0.75: it moves with what is held), ' +
        'volatility 10000, one symbol 5000, what is not invested 10000, free cash 9957.18; the risk binds.',
    );
  });
});
