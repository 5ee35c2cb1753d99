import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { Chance } from './chance.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A machine on which processes run: its clock is its own. */
export interface Machine {
  readonly name: string;
  /** Milliseconds that its clock is ahead. */
  offsetMs: number;
}

/** What a call does when it arrives, and how long it is under way. */
interface Call<Result> {
  readonly outMs: number;
  readonly backMs: number;
  readonly arrive: () => Result;
  /** No answer comes: after so long it throws. */
  readonly unanswered?: { readonly afterMs: number; readonly error: () => Error } | undefined;
}

/** A run that was woken on a machine. Between any two of its calls it may stand still, or end. */
export interface Process {
  readonly name: string;
  readonly machine: Machine;
  /** What its machine's clock shows. */
  clockMs(): EpochMs;
  isDead(): boolean;
  /** Stands still for so long, from now on. */
  pause(forMs: number): void;
  kill(): void;
  call<Result>(call: Call<Result>): Promise<Result>;
}

/** Share of the calls at which a process ends. */
const CRASH_SHARE = 0.002;
const PAUSE_SHARE = 0.002;

/** How long a process stands still that does: for longer than any lease. */
export const pauseMsOf = (chance: Chance): number => chance.between(95_000, 240_000);

export function processOf(
  name: string,
  machine: Machine,
  world: { time: VirtualTime; chance: Chance },
): Process {
  const { time, chance } = world;
  let isDead = false;
  let stillUntilMs = 0;
  /** Goes on with what an answer brings, unless it stands still, or not any more. */
  const wake = (go: () => void): void => {
    if (isDead) return;
    if (stillUntilMs > time.nowMs()) time.at(stillUntilMs, () => wake(go));
    else go();
  };
  const process: Process = {
    name,
    machine,
    clockMs: () => Math.floor(time.nowMs() + machine.offsetMs),
    isDead: () => isDead,
    pause(forMs) {
      stillUntilMs = Math.max(stillUntilMs, time.nowMs() + forMs);
    },
    kill() {
      isDead = true;
    },
    call: ({ outMs, backMs, arrive, unanswered }) =>
      new Promise((resolve, reject) => {
        if (isDead) return;
        if (chance.happens('crash before a call', CRASH_SHARE)) return process.kill();
        const isLast = chance.happens('crash after a call', CRASH_SHARE);
        if (chance.happens('pause elsewhere', PAUSE_SHARE)) process.pause(pauseMsOf(chance));
        if (unanswered !== undefined)
          time.after(unanswered.afterMs, () => wake(() => reject(unanswered.error())));
        time.after(outMs, () => {
          const answer = outcomeOf(arrive);
          if (isLast) process.kill();
          if (unanswered === undefined)
            time.after(backMs, () =>
              wake(() => ('error' in answer ? reject(answer.error) : resolve(answer.result))),
            );
          return false;
        });
      }),
  };
  return process;
}

/** A process for which no time passes: every call is answered in the moment in which it is made. */
export function instantProcess(name: string, machine: Machine, { time }: { time: VirtualTime }): Process {
  return {
    name,
    machine,
    clockMs: () => Math.floor(time.nowMs() + machine.offsetMs),
    isDead: () => false,
    pause: () => undefined,
    kill: () => undefined,
    call: async ({ arrive }) => arrive(),
  };
}

function outcomeOf<Result>(work: () => Result): { readonly result: Result } | { readonly error: unknown } {
  try {
    return { result: work() };
  } catch (error) {
    return { error };
  }
}
