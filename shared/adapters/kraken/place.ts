import type * as z from 'zod';
import { type Units, unitsOf } from '../../core/decimal.ts';
import { AppError } from '../../core/errors.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { OrderRequest, Permit, PlaceResult, SendMark } from '../../ports/exchange.ts';
import { failureOf, nonsense, tooLate } from './answers.ts';
import type { CallBudget } from './budget.ts';
import type { Answer, KrakenClient, PrivateCall } from './client.ts';
import { bestPrices, type Pair, type Pairs } from './pairs.ts';
import { placedReply, rehearsedReply } from './replies.ts';
import { addOrderParameters, faultOf, withinBudget } from './terms.ts';

/** How old a mark may be when its order is written to the socket. */
const MARK_MS_MAX = 3_000;
/** Kraken takes no deadline that is nearer. */
const DEADLINE_MS_MIN = 2_000;
const REHEARSAL_MS = 10_000;

export interface PlacerOptions {
  readonly client: KrakenClient;
  readonly pairs: Pairs;
  readonly budget: CallBudget;
  readonly nowMs: () => EpochMs;
  readonly monotonicMs: () => number;
}

/** What was seen when an order was permitted: the mark is made after it. */
interface Permitted {
  readonly monotonicMs: number;
  readonly ask: Units | undefined;
}

/** Places orders under permits of this process. */
export function krakenPlacer(options: PlacerOptions) {
  const { budget, pairs, client, monotonicMs } = options;
  const permits = new Map<string, Permitted>();
  return {
    async permit({ symbol, isEntry }: Pick<OrderRequest, 'symbol' | 'isEntry'>): Promise<Permit> {
      try {
        // Asked before the mark: after it there are three seconds.
        const pair = await pairs.known(symbol);
        const ask = isEntry ? unitsOf((await bestPrices(client, pair)).ask) : undefined;
        const seenMs = monotonicMs();
        const drawn = await budget.draw({ calls: 0, change: { symbol, action: 'add' }, isEntry });
        if (drawn.kind === 'short') return { kind: 'later', why: drawn.why };
        permits.set(drawn.nonce, { monotonicMs: seenMs, ask });
        return { kind: 'granted', nonce: drawn.nonce };
      } catch (error) {
        if (error instanceof AppError) return { kind: 'later', why: error.message };
        throw error;
      }
    },

    async place(request: OrderRequest, mark: SendMark): Promise<PlaceResult> {
      const permitted = permits.get(mark.nonce);
      permits.delete(mark.nonce);
      if (!permitted) throw tooLate(`The order ${request.clientOrderId}`);
      const ready = await readied(options, request, permitted.ask);
      if ('kind' in ready) return ready;
      const isTooLate = () => isOverdue(options, permitted, mark);
      const answer = await client.privateCall({
        ...callOf(ready, mark.deadlineMs),
        sending: { nonce: mark.nonce, isTooLate },
      });
      return resultOf(answer, request, placedReply);
    },

    async rehearse(request: OrderRequest): Promise<PlaceResult> {
      const pair = await pairs.known(request.symbol);
      const ask = request.isEntry ? unitsOf((await bestPrices(client, pair)).ask) : undefined;
      const ready = await readied(options, request, ask);
      if ('kind' in ready) return ready;
      const call = callOf(ready, options.nowMs() + REHEARSAL_MS);
      const parameters = { ...call.parameters, validate: 'true' };
      return resultOf(await client.privateCall({ ...call, parameters }), request, rehearsedReply);
    },
  };
}

interface Ready {
  readonly request: OrderRequest;
  readonly pair: Pair;
}

/** The order as it can be sent, or what Kraken would say of it. */
async function readied(
  { pairs }: PlacerOptions,
  request: OrderRequest,
  ask: Units | undefined,
): Promise<Ready | PlaceResult> {
  const pair = await known(pairs, request.symbol);
  if ('kind' in pair) return pair;
  const affordable = withinBudget(request, pair.instrument, ask);
  const fault = faultOf(affordable, pair.instrument);
  return fault === null ? { request: affordable, pair } : { kind: 'refused', why: fault };
}

async function known(pairs: Pairs, symbol: string): Promise<Pair | PlaceResult> {
  try {
    return await pairs.known(symbol);
  } catch (error) {
    if (error instanceof AppError) return { kind: 'later', why: error.message };
    throw error;
  }
}

function callOf({ request, pair }: Ready, deadlineMs: EpochMs): PrivateCall {
  return {
    endpoint: 'AddOrder',
    parameters: addOrderParameters(request, pair.name, deadlineMs),
    charge: { calls: 0, change: { symbol: request.symbol, action: 'add' }, isEntry: request.isEntry },
  };
}

/**
 * Whether the order may not be sent any more. The monotonic clock stands still while a machine sleeps, and the wall clock
 * may be set back: either alone would let an old mark pass.
 */
function isOverdue(
  { nowMs, monotonicMs }: PlacerOptions,
  permitted: Permitted,
  { sentAtMs, deadlineMs }: SendMark,
): boolean {
  const wallMs = nowMs();
  return (
    monotonicMs() - permitted.monotonicMs > MARK_MS_MAX ||
    wallMs - sentAtMs > MARK_MS_MAX ||
    deadlineMs - wallMs < DEADLINE_MS_MIN
  );
}

/** @throws AppError `exchange-unavailable` when the order may be there, `state-contended` when it was not sent */
function resultOf(answer: Answer, { clientOrderId }: OrderRequest, schema: z.ZodType): PlaceResult {
  if (answer.kind === 'withheld') throw tooLate(`The order ${clientOrderId}`);
  if (answer.kind === 'unknown') throw failureOf(answer, 'AddOrder');
  if (answer.kind !== 'result') return { kind: answer.kind, why: answer.why };
  if (schema.safeParse(answer.result).success) return { kind: 'accepted' };
  throw failureOf(nonsense('neither an error nor the name of an order'), 'AddOrder');
}
