import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomOf } from '../../shared/core/market/random.ts';
import type { Power } from './crash.ts';

/**
 * Lets several workers of one process go on one call at a time, in an order drawn from a seed. A worker that is
 * not drawn stands still in the middle of its work, as a process does that the machine does not run.
 */
export function scheduler(seed: number) {
  const random = randomOf(seed, 'scheduler');
  const waiting: (() => void)[] = [];
  let turns = 0;
  return {
    /** How many calls there were. */
    turns: () => turns,

    power(): Power {
      const power: Power = {
        calls: 0,
        writes: 0,
        passed: [],
        async use(call) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          power.calls++;
          return call();
        },
      };
      return power;
    },

    /**
     * Runs them all to their ends.
     * @param onTurn called before each call, with a number from 0 to 1
     */
    async run(workers: readonly Promise<void>[], onTurn: (chance: number) => void = () => {}): Promise<void> {
      let isDone = false;
      const all = Promise.all(workers).finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await nextTurn();
        const [next] = waiting.splice(Math.floor(random.uniform() * waiting.length), 1);
        if (next === undefined) continue;
        turns++;
        onTurn(random.uniform());
        next();
      }
      await all;
    },
  };
}
