import * as z from 'zod';
import type { DecimalText } from '../../core/decimal.ts';
import { AppError } from '../../core/errors.ts';
import type { Instrument } from '../../core/market/instruments.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/market/timeframes.ts';
import { failureOf, nonsense, read } from './answers.ts';
import type { KrakenClient } from './client.ts';
import { parseInstrument } from './instruments.ts';
import { altnameOf, symbolOf } from './names.ts';
import { pairsReply, tickerReply } from './replies.ts';

/** A pair as Kraken lists it. */
export interface Pair {
  /** `XXBTZUSD`: every endpoint takes it. */
  readonly name: string;
  readonly status: string;
  /** With the fees of an account without volume. */
  readonly instrument: Instrument;
}

/** The pairs of Kraken, asked one by one: all of them together are a megabyte. */
export interface Pairs {
  /**
   * @throws AppError `not-found` for a pair that Kraken does not trade, `source-unavailable` when it cannot be asked
   */
  fresh(symbol: string): Promise<Pair>;
  /** The same, at most an hour old where Kraken can be asked: for its rules, not for whether it trades. */
  known(symbol: string): Promise<Pair>;
  /**
   * Our spelling of pairs that stand in orders and trades; null for those that Kraken does not list.
   * @throws AppError `exchange-unavailable` when it cannot be asked
   */
  symbolsOf(names: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
}

/** Asks for pairs when they are needed. */
export function krakenPairs(client: KrakenClient, nowMs: () => EpochMs): Pairs {
  const kept = new Map<string, { readonly pair: Pair; readonly atMs: EpochMs }>();
  const symbols = new Map<string, string | null>();

  const fresh = async (symbol: string): Promise<Pair> => {
    const pair = await askedFor(client, symbol);
    kept.set(symbol, { pair, atMs: nowMs() });
    return pair;
  };
  return {
    fresh,
    async known(symbol) {
      const last = kept.get(symbol);
      if (last && Math.abs(nowMs() - last.atMs) < HOUR_MS) return last.pair;
      try {
        return await fresh(symbol);
      } catch (error) {
        if (!last || !(error instanceof AppError) || error.code !== 'source-unavailable') throw error;
        // A stop does not wait for rules that hardly ever change, nor between its mark and its sending.
        kept.set(symbol, { pair: last.pair, atMs: nowMs() - HOUR_MS + MINUTE_MS });
        return last.pair;
      }
    },
    async symbolsOf(names) {
      const missing = [...new Set(names)].filter((name) => !symbols.has(name));
      for (const [name, symbol] of await spelled(client, missing)) symbols.set(name, symbol);
      return new Map(names.map((name) => [name, symbols.get(name) ?? null]));
    },
  };
}

async function askedFor(client: KrakenClient, symbol: string): Promise<Pair> {
  const parameters = { pair: altnameOf(symbol) };
  const answer = await client.publicCall('AssetPairs', parameters);
  if ('errors' in answer && isUnlisted(answer.errors)) throw untraded(symbol);
  if (answer.kind !== 'result') throw failureOf(answer, 'AssetPairs', 'source-unavailable');
  const listed = pairsReply.safeParse(answer.result);
  const [found] = Object.entries(listed.data ?? {}).filter(([, { wsname }]) => symbolOf(wsname) === symbol);
  if (!found) throw untraded(symbol);
  const [name, entry] = found;
  return { name, status: entry.status ?? 'unknown', instrument: parseInstrument(name, entry) };
}

/** Both of Kraken's names of each pair, with ours. */
async function spelled(
  client: KrakenClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (names.length === 0) return new Map();
  const answer = await client.publicCall('AssetPairs', { pair: names.join(',') });
  if ('errors' in answer && isUnlisted(answer.errors)) {
    if (names.length === 1) return new Map(names.map((name) => [name, null]));
    // One that is not listed spoils the answer for all.
    const each = await Promise.all(names.map((name) => spelled(client, [name])));
    return new Map(each.flatMap((one) => [...one]));
  }
  if (answer.kind !== 'result') throw failureOf(answer, 'AssetPairs');
  const listed = pairsReply.safeParse(answer.result);
  if (!listed.success) throw failureOf(nonsense(z.prettifyError(listed.error)), 'AssetPairs');
  const symbols = Object.entries(listed.data).flatMap(([name, { altname, wsname }]) =>
    [name, altname].map((each) => [each, symbolOf(wsname)] as const),
  );
  return new Map<string, string | null>([...names.map((name) => [name, null] as const), ...symbols]);
}

function isUnlisted(errors: readonly string[]): boolean {
  return errors.some((error) => /^EQuery:(Unknown|Invalid) asset pair/.test(error));
}

function untraded(symbol: string): AppError {
  return new AppError(
    'not-found',
    `Kraken does not trade '${symbol}'.`,
    'Spell the symbol base before quote, such as BTC/USD.',
  );
}

/**
 * The best prices of a pair.
 * @throws AppError `source-unavailable` when Kraken gives none
 */
export async function bestPrices(
  client: KrakenClient,
  { name }: Pair,
): Promise<{ readonly bid: DecimalText; readonly ask: DecimalText }> {
  const reading = { endpoint: 'Ticker', parameters: { pair: name }, schema: tickerReply };
  const ticker = (await read(client, reading, 'source-unavailable'))[name];
  if (!ticker) throw failureOf(nonsense(`no ${name}`), 'Ticker', 'source-unavailable');
  return { bid: ticker.b[0], ask: ticker.a[0] };
}
