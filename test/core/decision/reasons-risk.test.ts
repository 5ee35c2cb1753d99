import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { candleSpan } from '../../../shared/core/decision/candle-span.ts';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import type { GateCode } from '../../../shared/core/decision/gates.ts';
import type { OtherWindow } from '../../../shared/core/decision/record.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { emptyCandles } from '../../../shared/core/market/candles.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
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

function reasonsOf(change: Partial<DecideInput>, others: readonly OtherWindow[] = []) {
  const input = decideInput({ signals: [trend], ...change });
  return recordOf(input, decide(input, rules), { rules, context: { ...recordContext, others } }).reasons;
}

/** What the votes say, of every decision here. */
const votes = [
  'trend_ema@4h (0.60) votes long.',
  'The market is taken for a random walk (Hurst exponent 0.50, ADX 22).',
  'The long score of 0.60 is enough for an entry.',
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
    'The account fell 10 % or more below its highest equity (20 % now): nothing is entered until a person resets the drawdown.',
  ],
  MAX_OPEN: [{ guard: guardOf(troubles.MAX_OPEN) }, '2 of at most 2 positions are open.'],
  COOLDOWN: [
    { guard: guardOf(troubles.COOLDOWN) },
    'The last loss is less than 240 minutes old: nothing is entered until 2024-01-02 03:59 UTC.',
  ],
  ATR_TOO_LOW: [
    { atr: 0.29, signals: [{ ...trend, target: 110 }] },
    'BTC/USD moves too little: ATR(14, 4h) is 0.29 % of the price, below 0.3 %.',
  ],
  SPREAD: [
    { guard: guardOf(troubles.SPREAD) },
    'The spread of BTC/USD is 20.0 bps, wider than the limit of 10.',
  ],
  MIN_EDGE: [
    { signals: [{ ...trend, target: 101 }] },
    'There is 1 % of the price to be won, ' + 'less than twice the cost of a round trip (1.72 %).',
  ],
  BALANCE_SHORT: [{ guard: guardOf(troubles.BALANCE_SHORT) }, 'The venue holds less than the books say.'],
};

describe('the reasons of an entry that a gate forbids', () => {
  it.each(gateCodes)('%s: tell the votes, what the gate saw, and its code', (code) => {
    const [change, sentence] = alone[code];
    expect(reasonsOf(change)).toEqual([...votes, sentence, `No entry: ${code}.`]);
  });

  it('tell every gate, and the codes of all', () => {
    const reasons = reasonsOf({
      guard: worstGuard(),
      signals: [{ ...trend, target: 101 }],
      atr: 0.29,
      funds: { equity: 9000, exposure: 0, free: 0.4 },
    });
    expect(reasons).toHaveLength(votes.length + gateCodes.length + 1);
    expect(reasons.at(-1)).toBe(`No entry: ${[...gateCodes, 'SIZE_BELOW_MIN'].join(', ')}.`);
  });

  it('tell which person tripped a breaker', () => {
    const breakers = breakersOf({ ...trippedUntil('manual', null), by: 'ann@desk', why: 'Fed day.' });
    expect(reasonsOf({ guard: guardOf({ breakers }) }).at(-2)).toBe(
      'The manual breaker is tripped by ann@desk until a person resets it: Fed day.',
    );
  });

  it('are none of an entry that is made', () => {
    const reasons = reasonsOf({});
    expect(reasons.slice(0, votes.length)).toEqual(votes);
    expect(reasons).toHaveLength(votes.length + 2);
    expect(reasons.at(-1)).toMatch(/^Buy 6\.25 BTC at the next open, about 625\.00 USD; /);
  });
});

describe('the reasons of a size', () => {
  const standing = newStanding(unitsOf('10000'), TICK_MS);

  it('tell that only a probe is risked', () => {
    const netRs = Array.from({ length: 12 }, () => -1);
    expect(reasonsOf({ guard: guardOf({ standing: { ...standing, netRs } }) }).slice(3)).toEqual([
      'The last 12 positions show no edge (KELLY_NEGATIVE): only a probe of 0.125 % of the equity is risked.',
      'Size: 156.25 USD by risk (0.125 % of the equity down to the stop; halved in a random walk), 10,000.00 by volatility, ' +
        '5,000.00 by the share of one symbol, 10,000.00 by what is not invested, 9,957.18 by free cash; risk binds.',
      'Buy 1.5625 BTC at the next open, about 156.25 USD; stop near 96, no target.',
    ]);
  });

  it('tell what correlation leaves', () => {
    const others = ['ETH/USD', 'SOL/USD'].map((symbol) => ({ ...candleSpan(emptyCandles(0)), symbol }));
    expect(reasonsOf({ correlation: 0.9 }, others)[3]).toBe(
      'Size: 468.75 USD by risk (0.5 % of the equity down to the stop; halved in a random walk; times 0.75, for it moves ' +
        'with ETH/USD or SOL/USD), 10,000.00 by volatility, 5,000.00 by the share of one symbol, ' +
        '10,000.00 by what is not invested, 9,957.18 by free cash; risk binds.',
    );
  });
});
