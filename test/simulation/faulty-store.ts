import { AppError } from '../../shared/core/errors.ts';
import type { Action, StateStore } from '../../shared/ports/state-store.ts';
import type { Chance } from './chance.ts';
import type { MemoryStore } from './memory-store.ts';
import { type Process, pauseMsOf } from './process.ts';

/** What is told of transactions, in the moment in which they happen. */
interface OnTransact {
  /** Before one is looked at: who is quicker acts here. */
  readonly before: (actions: readonly Action[]) => void;
  /** After one took effect, before anybody else does anything. */
  readonly committed: (actions: readonly Action[], by: Process) => void;
}

interface StoreOptions {
  readonly chance: Chance;
  readonly on: OnTransact;
  /** How many marks there were in this world, and which of them is followed by a pause in any case. */
  readonly marks: { count: number; readonly pauseAt: number };
}

const REFUSED_SHARE = 0.0012;
const LOST_SHARE = 0.004;
const PAUSE_SHARE = 0.06;

/** The store as a process reaches it: some milliseconds away, and not always. */
export function storeOf(store: MemoryStore, process: Process, options: StoreOptions): StateStore {
  const { chance } = options;
  const through = <Result>(arrive: () => Result, lostShare = 0): Promise<Result> => {
    const isRefused = chance.happens('store refused', REFUSED_SHARE);
    const isLost = lostShare > 0 && chance.happens('store answer lost', lostShare);
    return process.call({
      outMs: chance.between(1, 6),
      backMs: chance.between(1, 6),
      arrive() {
        if (isRefused) throw unreachable();
        const result = arrive();
        if (isLost) throw unreachable();
        return result;
      },
    });
  };
  return {
    get: (key) => through(() => store.now.get(key)),
    query: (pk, query) => through(() => store.now.query(pk, query)),
    transact: (actions) =>
      through(() => {
        options.on.before(actions);
        const result = store.now.transact(actions);
        if (result.ok) committed(actions, process, options);
        return result;
      }, LOST_SHARE),
    close: () => undefined,
  };
}

function committed(actions: readonly Action[], process: Process, { chance, marks, on }: StoreOptions): void {
  on.committed(actions, process);
  if (actions.some((action) => isMark(action, process)) && isPaused(chance, marks))
    process.pause(pauseMsOf(chance));
}

function isPaused(chance: Chance, marks: StoreOptions['marks']): boolean {
  const share = ++marks.count === marks.pauseAt ? 1 : PAUSE_SHARE;
  return chance.happens('pause between mark and send', share);
}

/** An order that is stored as being sent right now. */
function isMark(action: Action, process: Process): boolean {
  if (action.kind !== 'put' || action.body['state'] !== 'SENDING') return false;
  const { sentAtMs } = action.body['mark'] as { readonly sentAtMs: number };
  return Math.abs(process.clockMs() - sentAtMs) < 1_000;
}

function unreachable(): AppError {
  return new AppError('state-unavailable', 'The state cannot be reached.', 'The next watch carries on.');
}
