import type { kraken } from 'ccxt';
import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import { type Candles, candlesOf } from '../../core/market/candles.ts';
import { timeframeMs } from '../../core/market/timeframes.ts';
import { candlesFault } from '../../core/market/verify.ts';
import type { CandleRequest, CandleSource } from '../../ports/candle-source.ts';
import type { Venue } from '../../ports/venue.ts';
import { isLoopbackUrl, KRAKEN_URL } from '../kraken/address.ts';
import { parseInstrument } from '../kraken/instruments.ts';

const TIMEOUT_MS = 10_000;
const REMEDY = 'Try again in a minute. Whether Kraken is up: https://status.kraken.com';

/** Seconds, open, high, low, close, average price, volume, trades: prices and volumes are text. */
const text = z.string();
const rowsSchema = z.array(z.tuple([z.int(), text, text, text, text, text, text, z.int()]));
const timeSchema = z.object({ result: z.object({ unixtime: z.int().positive() }) });
const answerSchema = z.object({ result: z.record(z.string(), z.unknown()) });

interface KrakenOptions {
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number;
  /** The calls of a quarter of a minute may come at once: for who makes few of them, and pays for the time. */
  readonly mayBurst?: boolean;
}

/** ccxt reckons with a call a second: in a window as long as this, fifteen. */
const BURST_WINDOW_MS = 15_000;

/**
 * Kraken's public candles, through ccxt's Kraken class. Kraken gives the newest 720 finished candles and the unfinished
 * one, whatever is asked: a request that begins earlier gets what there is, older ones come from its archive.
 *
 * @param options.baseUrl https, or http on this machine for tests
 * @throws AppError `usage` on another base URL
 */
export function krakenSource(options: KrakenOptions = {}): CandleSource & Venue {
  const { timeoutMs = TIMEOUT_MS, mayBurst = false } = options;
  const baseUrl = (options.baseUrl ?? KRAKEN_URL).replace(/\/+$/, '');
  const isLoopback = isLoopbackUrl(baseUrl, 'market data');
  let exchange: kraken | undefined;

  /** ccxt costs half a second to import: only those pay who ask Kraken. */
  const connected = async (): Promise<kraken> => {
    if (exchange) return exchange;
    const ccxt = await import('ccxt');
    exchange = new ccxt.kraken({
      timeout: timeoutMs,
      // Kraken counts calls an address; nobody else calls a test server.
      enableRateLimit: !isLoopback,
      ...(mayBurst && { rateLimiterAlgorithm: 'rollingWindow', rollingWindowSize: BURST_WINDOW_MS }),
      options: { maxRetriesOnFailure: 0 },
    });
    exchange.urls['api'] = { ...exchange.urls['api'], public: baseUrl, private: baseUrl };
    return exchange;
  };

  return {
    name: 'kraken-api',
    async closedCandles(request) {
      try {
        const candles = await finishedCandles(await connected(), request);
        const fault = candlesFault(candles, request.timeframe);
        if (fault) throw nonsense(questionOf(request), `${fault.column} '${fault.value}' ${fault.problem}`);
        return candles;
      } catch (error) {
        throw error instanceof AppError ? error : unavailable(baseUrl, questionOf(request), error);
      }
    },

    async instrument(symbol) {
      try {
        const { id, info } = await marketOf(await connected(), symbol);
        return parseInstrument(id, info);
      } catch (error) {
        throw error instanceof AppError
          ? error
          : unavailable(baseUrl, { symbol, kind: 'rules', about: symbol }, error);
      }
    },

    async serverTimeMs() {
      try {
        const answer = timeSchema.safeParse(await (await connected()).publicGetTime());
        if (!answer.success) throw nonsense(TIME, 'no time');
        return answer.data.result.unixtime * 1000;
      } catch (error) {
        throw error instanceof AppError ? error : unavailable(baseUrl, TIME, error);
      }
    },
  };
}

/** What Kraken says of a pair. */
async function marketOf(
  exchange: kraken,
  symbol: string,
): Promise<{ readonly id: string; readonly info: unknown }> {
  // ccxt keeps a failure, and an answer that it could not read, as if that were the markets: ask again then.
  await exchange.loadMarkets(!exchange.symbols?.length);
  if (exchange.symbols.length === 0)
    throw nonsense({ symbol, kind: 'rules', about: symbol }, 'no trading pairs');
  const market = exchange.market(symbol);
  return { id: market['id'] ?? '', info: market['info'] };
}

async function finishedCandles(exchange: kraken, request: CandleRequest): Promise<Candles> {
  const { symbol, timeframe, fromMs, nowMs } = request;
  const { id: pair } = await marketOf(exchange, symbol);
  const length = timeframeMs[timeframe];
  // Kraken gives what comes after `since`.
  const since = Math.max(0, Math.floor((fromMs - length) / 1000));
  const answer = answerSchema.safeParse(
    await exchange.publicGetOHLC({ pair, interval: length / timeframeMs['1m'], since }),
  );
  const rows = rowsSchema.safeParse(answer.data?.result[pair]);
  const last = z.number().safeParse(answer.data?.result['last']);
  if (!rows.success || !last.success) throw nonsense(questionOf(request), 'something else than candles');
  // What Kraken calls finished decides too, for our clock may run fast.
  const lastMs = last.data * 1000;
  return candlesOf(
    rows.data
      .map(([seconds, open, high, low, close, , volume]) => ({
        openMs: seconds * 1000,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: Number(volume),
      }))
      .filter(({ openMs }) => openMs >= fromMs && openMs <= lastMs && openMs + length <= nowMs),
  );
}

/** What was asked, for messages. */
interface Question {
  readonly symbol: string;
  readonly kind: 'candles' | 'rules' | 'time';
  readonly about: string;
}

const TIME: Question = { symbol: '', kind: 'time', about: 'its clock' };

function questionOf({ symbol, timeframe }: CandleRequest): Question {
  return { symbol, kind: 'candles', about: `${symbol} ${timeframe}` };
}

function nonsense({ about }: Question, answer: string): AppError {
  return new AppError('source-unavailable', `Kraken answered nonsense for ${about}: ${answer}.`, REMEDY);
}

function unavailable(baseUrl: string, { symbol, kind, about }: Question, error: unknown): AppError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'BadSymbol')
    return new AppError(
      'not-found',
      `Kraken does not trade '${symbol}'.`,
      'Spell the symbol base before quote, such as BTC/USD.',
      { cause: error },
    );
  const cause = message.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 200);
  return new AppError(
    'source-unavailable',
    `Kraken at ${baseUrl} gave no ${kind} of ${about}: ${cause}`,
    REMEDY,
    { cause: error },
  );
}
