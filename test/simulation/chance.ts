import { type Random, randomOf } from '../../shared/core/market/random.ts';

/** Everything that can go wrong in a world, or that somebody does in it. Each kind is counted. */
export const troubles = [
  'request lost',
  'reply lost',
  'request late',
  'request queued',
  'gateway error before',
  'gateway error after',
  'connection reset before',
  'connection reset after',
  'reply garbled',
  'service unavailable',
  'service busy',
  'rate limited',
  'public call lost',
  'order hidden at first',
  'executions shown in part',
  'key refused',
  'maintenance',
  'cancel only',
  'post only',
  'stop cancelled by the exchange',
  'stop hit in the worst moment',
  'store refused',
  'store answer lost',
  'crash before a call',
  'crash after a call',
  'pause between mark and send',
  'pause between send and record',
  'pause elsewhere',
  'event lost',
  'event late',
  'event twice',
  'clock off',
  'clock step',
  'candle late',
  'run again',
  'thin market',
  'trip',
  'trip in the worst moment',
  'reset',
  'halt',
  'flatten',
  'close',
  'capital added',
  'capital taken',
  'deposit',
  'withdrawal',
  'order of another program',
  'order of the owner',
] as const;

export type Trouble = (typeof troubles)[number];

/** The chance of a world. Troubles happen by it as long as it is not calm. */
export interface Chance {
  readonly counts: Map<Trouble, number>;
  /** Names of those that happened, in order: `reply lost 17`. */
  readonly happened: string[];
  /** From 0 to 1. */
  uniform(): number;
  between(from: number, to: number): number;
  whole(from: number, to: number): number;
  pick<One>(all: readonly One[]): One;
  /**
   * Whether something happens now.
   * @param share of the cases
   */
  happens(trouble: Trouble, share: number): boolean;
  /** From now on nothing goes wrong any more. */
  calm(): void;
}

/** The chance of what must not be disturbed. */
export function noChance(chance: Chance): Chance {
  return { ...chance, happens: () => false };
}

interface ChanceOptions {
  /** Names of the troubles that may happen; all when absent. */
  readonly only: ReadonlySet<string> | undefined;
  readonly onTrouble: (name: string) => void;
}

export function chanceOf(seed: number, { only, onTrouble }: ChanceOptions): Chance {
  const random: Random = randomOf(seed, 'world');
  const counts = new Map<Trouble, number>();
  const happened: string[] = [];
  // Each kind has its own stream: what is left out of one moves as little as can be of the others.
  const streams = new Map<Trouble, { readonly random: Random; drawn: number }>();
  let isCalm = false;
  const streamOf = (trouble: Trouble) => {
    const stream = streams.get(trouble) ?? { random: randomOf(seed, trouble), drawn: 0 };
    streams.set(trouble, stream);
    return stream;
  };
  const between = (from: number, to: number) => from + (to - from) * random.uniform();
  return {
    counts,
    happened,
    uniform: random.uniform,
    between,
    whole: (from, to) => Math.floor(between(from, to + 1)),
    pick(all) {
      const one = all[Math.floor(random.uniform() * all.length)];
      if (one === undefined) throw new Error('a pick of nothing');
      return one;
    },
    happens(trouble, share) {
      const stream = streamOf(trouble);
      const isDrawn = stream.random.uniform() < share;
      const name = `${trouble} ${++stream.drawn}`;
      if (!isDrawn || isCalm || only?.has(name) === false) return false;
      counts.set(trouble, (counts.get(trouble) ?? 0) + 1);
      happened.push(name);
      onTrouble(name);
      return true;
    },
    calm() {
      isCalm = true;
    },
  };
}
