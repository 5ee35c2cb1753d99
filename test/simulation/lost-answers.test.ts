import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { expectBooksToAgree, stateOf } from '../helpers/account-state.ts';
import { faultyPaper, NoAnswer } from '../helpers/faulty.ts';
import { crowdedPlay } from '../helpers/plays.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

describe('an exchange that does not answer once', () => {
  it.each(['lost', 'unheard'] as const)('at any call changes nothing of the outcome: %s', async (fault) => {
    const play = crowdedPlay();
    const calm = memory();
    const counting = faultyPaper(play, { store: calm }, () => undefined);
    await replay(counting, play);
    const state = await stateOf(calm, play);
    for (const call of ['place', 'find', 'amend', 'cancel'] as const) {
      expect(counting.counts[call]).toBeGreaterThan(0);
      for (let at = 1; at <= counting.counts[call]; at++) {
        const store = memory();
        const faulty = faultyPaper(play, { store }, (one, n) =>
          one === call && n === at ? fault : undefined,
        );
        await expect(replay(faulty, play)).rejects.toThrow(NoAnswer);
        await replay(faulty, play);
        expect(await stateOf(store, play), `${call} ${at}`).toEqual(state);
        await expectBooksToAgree(store, play);
      }
    }
  });
});
