import { floorTo, textOf, unitsOfNumber } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { clientOrderId, type Purpose } from '../core/execution/client-id.ts';
import { type Finding, fail, ok, warn } from '../core/finding.ts';
import type { Instrument } from '../core/market/instruments.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { leastQuantity } from '../core/risk/least-account.ts';
import type { OrderRequest, PlaceResult } from '../ports/exchange.ts';
import type { AccountVenue } from '../ports/venue.ts';
import { askAgain, hadNoAnswer } from './ask-again.ts';

/** Orders that lie well away from the market, as a stop and a maker entry do. */
const STOP_FRACTION = 0.9;
const LIMIT_FRACTION = 0.95;
/** What crosses after a chase takes no more than this above the price of the decision. */
const CAP_FRACTION = 1.001;

/** Kinds of orders as a person calls them, in the order in which they are rehearsed. */
const kinds = ['market buy', 'stop-loss sell', 'post-only limit buy', 'capped buy', 'market sell'] as const;

/** Calls of the checks before may have used up what entries may use: so long it is waited, in steps. */
const PATIENCE_MS = 60_000;
const STEP_MS = 3_000;

interface Rehearsal {
  readonly symbols: readonly string[];
  readonly nowMs: EpochMs;
  readonly waitMs: (ms: number) => Promise<void>;
}

/**
 * Has the least order of every kind that the engine sends checked by the exchange, of each symbol, without placing any.
 * @param venue what checks them; it says what it would say to the order itself
 */
export async function rehearseOrders(
  venue: Pick<AccountVenue, 'instrument' | 'quote' | 'rehearse'>,
  { symbols, nowMs, waitMs }: Rehearsal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let leftMs = PATIENCE_MS;
  const patiently = async (request: OrderRequest): Promise<PlaceResult> => {
    for (;;) {
      const result = await venue.rehearse(request).catch(unanswered);
      if (result.kind !== 'later' || leftMs <= 0) return result;
      leftMs -= STEP_MS;
      await waitMs(STEP_MS);
    }
  };
  for (const symbol of symbols) {
    const instrument = await askAgain(() => venue.instrument(symbol), waitMs);
    const quote = await askAgain(() => venue.quote(symbol), waitMs);
    const requests = requestsOf(instrument, quote, nowMs);
    for (const [at, request] of requests.entries()) {
      const subject = `${symbol} ${kinds[at]}`;
      findings.push(findingOf(subject, await patiently(request)));
    }
  }
  return findings;
}

/** A rehearsal places nothing: without an answer it is simply asked again. */
function unanswered(error: unknown): PlaceResult {
  if (error instanceof AppError && hadNoAnswer(error.code)) return { kind: 'later', why: error.message };
  throw error;
}

function requestsOf(
  instrument: Instrument,
  { bid, ask }: { readonly bid: number; readonly ask: number },
  nowMs: EpochMs,
): readonly OrderRequest[] {
  const { symbol, tickDecimals } = instrument;
  const priceOf = (price: number) => textOf(floorTo(unitsOfNumber(price), tickDecimals));
  const quantity = textOf(leastQuantity(instrument, bid * STOP_FRACTION));
  const of = (purpose: Purpose, number: number): Omit<OrderRequest, 'kind'> => ({
    // Of an account that nobody has: it names no order of ours.
    clientOrderId: clientOrderId({ account: 'rehearsal', symbol, tickMs: nowMs, purpose, number }),
    symbol,
    side: purpose === 'entry' ? 'buy' : 'sell',
    isEntry: purpose === 'entry',
    quantity,
  });
  return [
    { ...of('entry', 0), kind: 'market' },
    { ...of('stop', 0), kind: 'stop', triggerPrice: priceOf(bid * STOP_FRACTION) },
    { ...of('entry', 1), kind: 'limit', limitPrice: priceOf(bid * LIMIT_FRACTION) },
    { ...of('entry', 2), kind: 'capped', limitPrice: priceOf(ask * CAP_FRACTION) },
    { ...of('exit', 0), kind: 'market' },
  ];
}

/** A rehearsal of the least order may find nothing to pay or to sell it with: that is no fault of the order. */
const WITHOUT_FUNDS = /insufficient funds/i;

function findingOf(subject: string, result: PlaceResult): Finding {
  if (result.kind === 'accepted') return ok(subject, 'Kraken would take it');
  const { kind, why } = result;
  if (kind === 'refused' && WITHOUT_FUNDS.test(why))
    return warn(subject, `not judged: Kraken looks at the balance first (${why})`);
  const hint = hints[kind];
  return fail(subject, { message: `Kraken would not take it: ${why}`, hint });
}

const hints: Readonly<Record<Exclude<PlaceResult['kind'], 'accepted'>, string>> = {
  refused:
    'Nothing was placed. Without orders of every kind nothing could be protected: see what Kraken says, and file it.',
  later: 'Nothing was placed. Try again in some minutes.',
  misconfigured:
    'Nothing was placed. Mend the key or the account: docs/live-trading.md says what the key must be able to do.',
};
