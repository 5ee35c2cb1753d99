import { describe, expect, it } from 'vitest';
import { decide } from '../../../shared/core/decision/decide.ts';
import { countDecision, newTally } from '../../../shared/core/decision/tally.ts';
import { decideInput, decideRules, guardOf, positionOf, signalOf } from '../../helpers/decisions.ts';
import { troubles, worstGuard } from '../../helpers/guards.ts';

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96 });

/** The tally of decisions on these inputs. */
function tallyOf(...changes: readonly Parameters<typeof decideInput>[0][]) {
  const tally = newTally();
  for (const change of changes) countDecision(tally, decide(decideInput(change), decideRules));
  return tally;
}

describe('the tally', () => {
  it('of decisions that nothing forbade is empty', () => {
    expect(tallyOf({}, { position: positionOf(), signals: [trend] })).toEqual(newTally());
  });

  it('counts a refused entry once by its first code, and by every code', () => {
    const dailyLoss = { signals: [trend], guard: guardOf(troubles.DAILY_LOSS) };
    const cooling = { signals: [trend], guard: guardOf({ ...troubles.DAILY_LOSS, ...troubles.COOLDOWN }) };
    const { rejects, forbidden } = tallyOf(dailyLoss, cooling, { isMissed: true });
    expect(rejects).toEqual({ DAILY_LOSS: 2, MISSED: 1 });
    expect(forbidden).toEqual({ DAILY_LOSS: 2, COOLDOWN: 1, MISSED: 1 });
  });

  it('counts gates that had nothing to judge by, also of entries', () => {
    expect(tallyOf({ signals: [trend] }, { signals: [trend] }).notEvaluable).toEqual({
      BREAKER_FLASH: 2,
      SPREAD: 2,
    });
    expect(tallyOf({ signals: [trend], guard: worstGuard() }).notEvaluable).toEqual({});
  });

  it('counts notes', () => {
    const standing = { ...guardOf().standing, netRs: Array.from({ length: 10 }, () => -1) };
    const probing = { signals: [trend], guard: guardOf({ standing }) };
    expect(tallyOf(probing, probing, { signals: [trend] }).notes).toEqual({ KELLY_NEGATIVE: 2 });
  });

  it('does not count what was missed while a position was held', () => {
    expect(tallyOf({ position: positionOf(), isMissed: true }).rejects).toEqual({});
  });
});
