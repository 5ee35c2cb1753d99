import { timingSafeEqual } from 'node:crypto';
import type { Fault } from './faults.ts';
import type { ApiKey } from './keys.ts';
import type { Answer } from './params.ts';
import { type PrivateCall, privateAnswer } from './private-routes.ts';
import { publicAnswer } from './public-routes.ts';
import { type KrakenSession, krakenLockout, krakenSession } from './session.ts';
import { krakenSignature } from './signature.ts';
import type { KrakenWorld } from './world.ts';

/** An HTTP request, as far as Kraken looks at it. */
export interface RawCall {
  readonly method: string;
  /** `/0/public/OHLC` */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly userAgent: string;
  readonly apiKey: string;
  readonly signature: string;
  readonly body: string;
}

/** What the caller gets. `held`: after the replies of later calls. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'held'; readonly answer: Answer }
  | { readonly kind: 'cut-off'; readonly answer: Answer }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' };

interface Keyed {
  readonly key: ApiKey;
  readonly session: KrakenSession;
}

/** Kraken's door: draws what goes wrong with a call, checks key, signature and nonce, and has it answered. */
export interface KrakenDoor {
  call(raw: RawCall): Reply;
  /** Calls so far by endpoint, as they were sent. */
  readonly calls: ReadonlyMap<string, number>;
}

/** A door to a world for some keys. */
export function krakenDoor(world: KrakenWorld, keys: readonly ApiKey[]): KrakenDoor {
  const keyed = new Map<string, Keyed>(
    keys.map((key) => [
      key.apiKey,
      { key, session: krakenSession({ tier: key.tier, nonceWindow: BigInt(key.nonceWindow) }) },
    ]),
  );
  const lockout = krakenLockout();
  const calls = new Map<string, number>();

  /** Key, signature, then nonce and counter. */
  const admitted = (
    raw: RawCall,
    endpoint: string,
  ): { readonly error: string } | Omit<PrivateCall, 'lag'> => {
    const receivedMs = world.nowMs();
    const locked = lockout.fault(receivedMs);
    if (locked !== undefined) return { error: locked };
    const found = keyed.get(raw.apiKey);
    lockout.seen(found !== undefined, receivedMs);
    if (raw.method !== 'POST') return { error: 'EGeneral:Invalid arguments' };
    if (found === undefined) return { error: 'EAPI:Invalid key' };
    const params = new URLSearchParams(raw.body);
    const nonce = params.get('nonce') ?? '';
    if (!isSigned(raw, nonce, found.key)) return { error: 'EAPI:Invalid signature' };
    const error = found.session.admit({ endpoint, nonce, nowMs: receivedMs });
    return error === undefined ? { world, ...found, params, receivedMs } : { error };
  };

  const enter = (raw: RawCall, queueMs = 0): Answer => {
    const [, kind, endpoint = ''] = /^\/0\/(public|private)\/(\w+)$/.exec(raw.path) ?? [];
    if (kind === undefined) return { error: 'EGeneral:Unknown method' };
    if (kind === 'public') return publicAnswer(world, endpoint, parametersOf(raw));
    const call = admitted(raw, endpoint);
    if ('error' in call) return call;
    const perform = () => {
      const answer = privateAnswer(endpoint, { ...call, lag: world.drawLag() });
      world.look();
      return answer;
    };
    if (queueMs === 0) return perform();
    world.later(queueMs, perform);
    return { error: 'EService:Busy' };
  };

  return {
    calls,
    call(raw) {
      if (raw.userAgent === '') return { kind: 'status', status: 403 };
      calls.set(raw.path, (calls.get(raw.path) ?? 0) + 1);
      const fault = world.drawFault();
      const before = replyBefore(fault);
      if (before === undefined) return replyAfter(fault, enter(raw));
      if (fault.kind === 'late' && fault.isQueued) enter(raw, fault.delayMs);
      else if (fault.kind === 'late') world.later(fault.delayMs, () => enter(raw));
      return before;
    },
  };
}

/** The reply to a call that is not answered now; undefined when it is. */
function replyBefore(fault: Fault): Reply | undefined {
  if (fault.kind === 'request-lost' || fault.kind === 'late') return { kind: 'silence' };
  if (!('isAccepted' in fault) || fault.isAccepted) return undefined;
  return replyOf(fault);
}

/** What becomes of an answer on its way back. */
function replyAfter(fault: Fault, answer: Answer): Reply {
  if (fault.kind === 'none') return { kind: 'answer', answer };
  if (fault.kind === 'reordered') return { kind: 'held', answer };
  if (fault.kind === 'invalid-json') return { kind: 'cut-off', answer };
  return replyOf(fault);
}

function replyOf(fault: Fault): Reply {
  if (fault.kind === 'status') return { kind: 'status', status: fault.status };
  if (fault.kind === 'error') return { kind: 'answer', answer: { error: fault.error } };
  return { kind: fault.kind === 'reset' ? 'reset' : 'silence' };
}

/** Public calls may be sent either way. */
function parametersOf({ query, body }: RawCall): URLSearchParams {
  return new URLSearchParams([...query, ...new URLSearchParams(body)]);
}

function isSigned({ path, body, signature }: RawCall, nonce: string, { secret }: ApiKey): boolean {
  const expected = Buffer.from(krakenSignature({ path, nonce, body }, secret));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
