import type { EpochMs } from '../../shared/core/market/timeframes.ts';

export type KrakenTier = 'starter' | 'intermediate' | 'pro';

/**
 * Kraken's two counters by verification tier: what they hold, and what they lose a second.
 * @see https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits and .../spot-ratelimits
 */
const limits: Readonly<Record<KrakenTier, { readonly private: Limit; readonly engine: Limit }>> = {
  starter: { private: { max: 15, decay: 0.33 }, engine: { max: 60, decay: 1 } },
  intermediate: { private: { max: 20, decay: 0.5 }, engine: { max: 125, decay: 2.34 } },
  pro: { private: { max: 20, decay: 1 }, engine: { max: 180, decay: 3.75 } },
};

interface Limit {
  readonly max: number;
  readonly decay: number;
}

/** What changing a young order costs besides the fixed point: age in seconds below which it holds. */
const amendAges = [
  [5, 3],
  [10, 2],
  [15, 1],
] as const;
const cancelAges = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1],
] as const;

/** An order call, as the engine's counter of its pair sees it. */
export type EngineCall =
  | { readonly kind: 'add' }
  /** `ageMs`: since the order was added or last amended; undefined when there is no such order. */
  | { readonly kind: 'amend' | 'cancel'; readonly ageMs: number | undefined };

/** One API key at Kraken's door. All answers are an error in Kraken's words, or undefined. */
export interface KrakenSession {
  /** A signed call: its nonce must be above every one before, then the private counter must have room. */
  admit(call: {
    readonly endpoint: string;
    readonly nonce: string;
    readonly nowMs: EpochMs;
  }): string | undefined;
  /** An order call on its pair; it counts whether the engine will like the order or not. */
  engine(pair: string, call: EngineCall, nowMs: EpochMs): string | undefined;
  /** The highest nonce taken so far. */
  lastNonce(): bigint;
}

/**
 * The session of a key that has not been used.
 * @param options.nonceWindow how far below the highest a nonce may be, in its own ticks; 0 is Kraken's default
 */
export function krakenSession(options: {
  readonly tier: KrakenTier;
  readonly nonceWindow?: bigint;
}): KrakenSession {
  const { private: privateLimit, engine: engineLimit } = limits[options.tier];
  const window = options.nonceWindow ?? 0n;
  const privateCounter = counterOf(privateLimit);
  const engines = new Map<string, ReturnType<typeof counterOf>>();
  let last = 0n;
  return {
    admit({ endpoint, nonce, nowMs }) {
      if (!/^\d{1,20}$/.test(nonce) || BigInt(nonce) <= last - window) return 'EAPI:Invalid nonce';
      if (BigInt(nonce) > last) last = BigInt(nonce);
      return privateCounter(callCost(endpoint), nowMs) ? undefined : 'EAPI:Rate limit exceeded';
    },
    engine(pair, call, nowMs) {
      const counter = engines.get(pair) ?? counterOf(engineLimit);
      engines.set(pair, counter);
      return counter(engineCost(call), nowMs) ? undefined : 'EOrder:Rate limit exceeded';
    },
    lastNonce: () => last,
  };
}

/** What a call adds to the private counter. */
function callCost(endpoint: string): number {
  if (/^(Add|Amend|Edit|Cancel)Order$/.test(endpoint)) return 0;
  return /^(TradesHistory|Ledgers)$/.test(endpoint) ? 2 : 1;
}

/** What an order call adds to the counter of its pair. */
export function engineCost(call: EngineCall): number {
  if (call.kind === 'add') return 1;
  const ages = call.kind === 'amend' ? amendAges : cancelAges;
  const seconds = (call.ageMs ?? Number.POSITIVE_INFINITY) / 1000;
  const extra = ages.find(([below]) => seconds < below)?.[1] ?? 0;
  return (call.kind === 'amend' ? 1 : 0) + extra;
}

/** Grows by what is asked and shrinks with time; false when it would overflow: then nothing is added. */
function counterOf({ max, decay }: Limit): (cost: number, nowMs: EpochMs) => boolean {
  let value = 0;
  let atMs = 0;
  return (cost, nowMs) => {
    value = Math.max(0, value - (decay * Math.max(0, nowMs - atMs)) / 1000);
    atMs = Math.max(atMs, nowMs);
    if (value + cost > max) return false;
    value += cost;
    return true;
  };
}

const INVALID_MAX = 5;
const LOCKOUT_MS = 5 * 60_000;

/** Locks out who keeps calling with a key that does not exist: after five in a row, for minutes. */
export function krakenLockout(): {
  /** The error of a call now, before its key is looked at. */
  fault(nowMs: EpochMs): string | undefined;
  /** Tells how a call's key was. */
  seen(isValid: boolean, nowMs: EpochMs): void;
} {
  let invalid = 0;
  let untilMs = 0;
  return {
    fault: (nowMs) => (nowMs < untilMs ? 'EGeneral:Temporary lockout' : undefined),
    seen(isValid, nowMs) {
      invalid = isValid ? 0 : invalid + 1;
      if (invalid < INVALID_MAX) return;
      invalid = 0;
      untilMs = nowMs + LOCKOUT_MS;
    },
  };
}
