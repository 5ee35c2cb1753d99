import type { kraken } from 'ccxt';
import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { CallBudget, Charge } from './budget.ts';
import { beginsWith, classOf, type ErrorClass, isCounterFull, isKeyProblem, isThrottling } from './errors.ts';
import type { ApiKey, KeptKey } from './key.ts';
import { type HttpAnswer, sendOnce } from './transport.ts';

/** How long a call waits at most until Kraken allows it. */
/** What a look at trades costs comes back in six seconds, at the slowest tier. */
const WAIT_MS_MAX = 8_000;
const USER_AGENT = 'hot-crypto';

const envelope = z.looseObject({ error: z.array(z.string()), result: z.unknown().optional() });

/** Kraken's answer: a result, or what did not happen and why. `withheld`: it was too late to send, nothing was written. */
export type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'withheld' }
  | {
      readonly kind: ErrorClass;
      readonly why: string;
      /** Kraken's own strings; none when it was not reached. */
      readonly errors: readonly string[];
      readonly isThrottled: boolean;
    };

type Parameters = Readonly<Record<string, string>>;

/** A call that the key signs. */
export interface PrivateCall {
  readonly endpoint: string;
  readonly parameters: Parameters;
  readonly charge: Charge;
  /** Of a call that was booked before, and has its nonce. */
  readonly sending?: { readonly nonce: string; readonly isTooLate: () => boolean };
}

/** Kraken's REST calls, through ccxt's Kraken class; none throws because of what Kraken or the network does. */
export interface KrakenClient {
  publicCall(endpoint: string, parameters?: Parameters): Promise<Answer>;
  /** Private calls of a process go out one after the other, in the order of their nonces. */
  privateCall(call: PrivateCall): Promise<Answer>;
}

interface ClientOptions {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly key: KeptKey;
  readonly budget: CallBudget;
  readonly nowMs: () => EpochMs;
  readonly pauseMs: (ms: number) => Promise<void>;
}

/** What goes out next: ccxt asks for the nonce while it signs, and we ask the clock before it is written. */
interface Outgoing {
  nonce: string;
  isTooLate: () => boolean;
}

/** Opens nothing yet: connections are made by the calls. */
export function krakenClient(options: ClientOptions): KrakenClient {
  const outgoing: Outgoing = { nonce: '0', isTooLate: () => false };
  const inTurn = oneAfterTheOther();
  const signed = once(() => ccxtKraken(options, outgoing));
  const unsigned = once(() => ccxtKraken(options, { nonce: '0', isTooLate: () => false }));

  const privately = async (call: PrivateCall): Promise<Answer> => {
    const booked = await nonceOf(options, call);
    if (booked.kind !== 'drawn') return booked;
    const exchange = await signed();
    const key = await currentKey(options.key);
    if ('kind' in key) return key;
    Object.assign(exchange, key);
    Object.assign(outgoing, {
      nonce: booked.nonce,
      isTooLate: call.sending?.isTooLate ?? (() => false),
    });
    const { endpoint, parameters } = call;
    return answerOf(await exchange.request(endpoint, 'private', 'POST', parameters), options.key);
  };

  return {
    async publicCall(endpoint, parameters = {}) {
      const exchange = await unsigned();
      return answerOf(await exchange.request(endpoint, 'public', 'GET', parameters), options.key);
    },
    privateCall: (call) =>
      inTurn(async () => {
        const answer = await privately(call);
        return answered(answer, { ...options, call, again: () => privately(call) });
      }),
  };
}

/** Makes something when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Runs one piece of work after the other, whatever becomes of each. */
function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** The key, or why there is none: nothing was sent then. */
async function currentKey(key: KeptKey): Promise<ApiKey | Exclude<Answer, { kind: 'result' }>> {
  try {
    return await key.current();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'misconfigured', why: error.message, errors: [], isThrottled: false };
  }
}

type Booked = { readonly kind: 'drawn'; readonly nonce: string } | Exclude<Answer, { kind: 'result' }>;

async function nonceOf({ budget, pauseMs }: ClientOptions, call: PrivateCall): Promise<Booked> {
  if (call.sending) return { kind: 'drawn', nonce: call.sending.nonce };
  let waitedMs = 0;
  for (;;) {
    const drawn = await budget.draw(call.charge);
    if (drawn.kind === 'drawn') return drawn;
    waitedMs += drawn.waitMs;
    if (waitedMs > WAIT_MS_MAX) return { kind: 'later', why: drawn.why, errors: [], isThrottled: true };
    await pauseMs(drawn.waitMs);
  }
}

/** Learns from an answer: of counters that we thought lower, and of a key that was exchanged meanwhile. */
async function answered(
  answer: Answer,
  {
    budget,
    key,
    call,
    again,
  }: ClientOptions & { readonly call: PrivateCall; readonly again: () => Promise<Answer> },
): Promise<Answer> {
  if (!('errors' in answer)) return answer;
  for (const error of answer.errors.filter(isCounterFull))
    await budget.fill(
      beginsWith(error, 'EOrder:Rate limit exceeded') ? call.charge.change?.symbol : undefined,
    );
  if (!answer.errors.some(isKeyProblem) || !(await key.isExchanged())) return answer;
  // A call with a mark is not sent twice under it.
  return call.sending ? { ...answer, kind: 'later', why: 'the key was exchanged' } : again();
}

/** ccxt costs half a second to import: only those pay who call. It signs; what is written and read is ours. */
async function ccxtKraken({ baseUrl, timeoutMs }: ClientOptions, outgoing: Outgoing): Promise<kraken> {
  const ccxt = await import('ccxt');
  const exchange = new ccxt.kraken({ enableRateLimit: false, options: { maxRetriesOnFailure: 0 } });
  exchange.urls['api'] = { ...exchange.urls['api'], public: baseUrl, private: baseUrl };
  exchange.nonce = () => Number(outgoing.nonce);
  // It would keep the signed headers.
  exchange.setLastRequest = () => undefined;
  exchange.fetch = (url: string, method = 'GET', headers: Record<string, string> = {}, body?: string) =>
    sendOnce({
      url,
      method,
      headers: { 'User-Agent': USER_AGENT, ...headers },
      body,
      timeoutMs,
      isTooLate: outgoing.isTooLate,
    });
  return exchange;
}

function answerOf(http: HttpAnswer, { redact }: KeptKey): Answer {
  if (http.kind === 'withheld') return http;
  if (http.kind === 'failed') return unknown(http.why);
  if (http.status !== 200) return failure([`HTTP ${http.status}`], redact);
  const { data } = envelope.safeParse(parsed(http.text));
  if (!data) return unknown('it answered something else than JSON with errors and a result');
  // A warning comes beside the result.
  const errors = data.error.filter((each) => !each.startsWith('W'));
  if (errors.length === 0) return { kind: 'result', result: data.result };
  const isBoth =
    typeof data.result === 'object' && data.result !== null && Object.keys(data.result).length > 0;
  return isBoth
    ? unknown(`it answered both a result and ${redact(errors.join(', '))}`)
    : failure(errors, redact);
}

function failure(errors: readonly string[], redact: (text: string) => string): Answer {
  const why = redact(errors.join(', '))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 200);
  return { kind: classOf(errors), why, errors, isThrottled: errors.some(isThrottling) };
}

function unknown(why: string): Answer {
  return { kind: 'unknown', why, errors: [], isThrottled: false };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
