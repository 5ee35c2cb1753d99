import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { krakenSource } from '../../../shared/adapters/sources/kraken.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { candleAt, candlesOf } from '../../../shared/core/market/candles.ts';
import type { CandleSource } from '../../../shared/ports/candle-source.ts';
import { walk } from '../../helpers/candles.ts';
import { type KrakenPublic, krakenPublic } from '../../helpers/kraken-public.ts';
import { hasReference, referencePath } from '../../helpers/reference.ts';

const FOUR_HOURS_MS = 14_400_000;
const btc = walk(7, 1000); // row 999 is the unfinished one
const openMsOf = (i: number) => btc.openMs[i] ?? Number.NaN;
const nowMs = openMsOf(999) + 60_000;

let server: KrakenPublic;
let source: CandleSource;
beforeAll(async () => {
  const eth = { ...walk(8, 10), volume: new Float64Array(10) };
  server = await krakenPublic({ 'XXBTZUSD/240': btc, 'XETHZUSD/240': eth });
  source = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
});
afterEach(() => server.fail(undefined));
afterAll(() => server.close());

const request = { symbol: 'BTC/USD', timeframe: '4h', fromMs: openMsOf(900), nowMs } as const;

async function refusal(
  changes: Partial<typeof request> | { symbol: string } = {},
  from = source,
): Promise<AppError> {
  const promise = from.closedCandles({ ...request, ...changes });
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('the Kraken source', () => {
  it('gives the closed candles from the asked one on, without the unfinished last row', async () => {
    const candles = await source.closedCandles(request);
    expect(candles.openMs).toHaveLength(99);
    expect([candles.openMs[0], candles.openMs.at(-1)]).toEqual([openMsOf(900), openMsOf(998)]);
    const volume = Number((btc.volume[900] ?? 0).toFixed(8));
    expect(candleAt(candles, 0)).toEqual({ ...candleAt(btc, 900), volume });
  });

  it('gives what has closed by our clock, and nothing that Kraken still calls unfinished', async () => {
    const last = async (at: number) => (await source.closedCandles({ ...request, nowMs: at })).openMs.at(-1);
    // Our clock runs four hours fast: row 999 is unfinished all the same.
    expect(await last(openMsOf(999) + FOUR_HOURS_MS)).toBe(openMsOf(998));
    expect(await last(openMsOf(999) + FOUR_HOURS_MS - 1)).toBe(openMsOf(998));
    expect(await last(openMsOf(998) + FOUR_HOURS_MS - 1)).toBe(openMsOf(997));
  });

  it('gives the 720 candles that Kraken keeps to one who asks for more', async () => {
    const candles = await source.closedCandles({ ...request, fromMs: openMsOf(0) });
    expect(candles.openMs).toHaveLength(720);
    expect(candles.openMs[0]).toBe(openMsOf(999 - 720));
  });

  it('begins with the first candle that opens at or after the asked instant', async () => {
    const candles = await source.closedCandles({ ...request, fromMs: openMsOf(900) + 1 });
    expect(candles.openMs[0]).toBe(openMsOf(901));
  });

  it('gives nothing when nothing has closed since', async () => {
    expect((await source.closedCandles({ ...request, fromMs: openMsOf(999) })).openMs).toHaveLength(0);
  });

  it('keeps candles without trades', async () => {
    const candles = await source.closedCandles({ ...request, symbol: 'ETH/USD', fromMs: 0 });
    expect(candles.volume).toEqual(new Float64Array(9)); // the tenth is unfinished
  });

  it('asks for the pairs once, then only for candles', async () => {
    await source.closedCandles(request);
    server.calls.length = 0;
    await source.closedCandles(request);
    const since = openMsOf(899) / 1000;
    expect(server.calls).toEqual([`/0/public/OHLC?pair=XXBTZUSD&interval=240&since=${since}`]);
  });
});

describe('a failure of Kraken', () => {
  it.each([
    ['status-500', /gave no candles of BTC\/USD 4h: .*500/],
    ['hang', /gave no candles of BTC\/USD 4h: .*timed out \(300 ms\)/],
    ['error', /gave no candles of BTC\/USD 4h: .*EService:Unavailable/],
    ['cut-off', /answered nonsense for BTC\/USD 4h: something else than candles/],
    ['nonsense', /answered nonsense for BTC\/USD 4h: something else than candles/],
  ] as const)('%s is told in one line with a remedy, and the next call works', async (how, message) => {
    server.fail(how, '/OHLC');
    const error = await refusal();
    expect(error.code).toBe('source-unavailable');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.hint).toBe('Try again in a minute. Whether Kraken is up: https://status.kraken.com');
    server.fail(undefined);
    expect((await source.closedCandles(request)).openMs).toHaveLength(99);
  });

  it('is tried once, never repeated', async () => {
    await source.closedCandles(request);
    server.calls.length = 0;
    server.fail('status-500');
    await refusal();
    expect(server.calls).toHaveLength(1);
  });

  it('before the pairs are known does not last', async () => {
    for (const how of ['status-500', 'cut-off'] as const) {
      const young = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
      server.fail(how);
      expect((await refusal({}, young)).code).toBe('source-unavailable');
      server.fail(undefined);
      expect((await young.closedCandles(request)).openMs).toHaveLength(99);
    }
  });

  it('to be there is told with its address', async () => {
    const gone = await krakenPublic({});
    await gone.close();
    const error = await refusal({}, krakenSource({ baseUrl: gone.baseUrl }));
    expect(error.code).toBe('source-unavailable');
    expect(error.message).toContain(`Kraken at ${gone.baseUrl} gave no candles of BTC/USD 4h`);
  });

  it('to know the symbol names it', async () => {
    expect(await refusal({ symbol: 'FOO/USD' })).toMatchObject({
      code: 'not-found',
      message: "Kraken does not trade 'FOO/USD'.",
    });
  });

  it('to make sense is refused: a price of zero', async () => {
    const zero = await krakenPublic({
      'XXBTZUSD/240': { ...btc, low: btc.low.map((low, i) => (i === 950 ? 0 : low)) },
    });
    const error = await refusal({}, krakenSource({ baseUrl: zero.baseUrl }));
    expect(error.message).toBe("Kraken answered nonsense for BTC/USD 4h: low '0' is not above 0.");
    await zero.close();
  });
});

it.each(['http://api.kraken.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'kraken', ''])(
  'the base URL %j is refused',
  (baseUrl) => {
    expect(() => krakenSource({ baseUrl })).toThrow(`The address '${baseUrl}' is not safe for market data.`);
  },
);

it.each(['https://api.kraken.com', 'http://localhost:8080', 'http://[::1]:8080'])(
  'the base URL %s is taken',
  (baseUrl) => {
    expect(krakenSource({ baseUrl }).name).toBe('kraken-api');
  },
);

it('a base URL may end with a slash', async () => {
  const slashed = krakenSource({ baseUrl: `${server.baseUrl}/`, timeoutMs: 300 });
  expect((await slashed.closedCandles(request)).openMs).toHaveLength(99);
});

describe.skipIf(!hasReference('kraken-fixtures/http/http_ohlc.json'))('a captured answer of Kraken', () => {
  it('is read: 720 finished one-minute candles of 721 rows, 216 of all without trades', async () => {
    const path = referencePath('kraken-fixtures/http/http_ohlc.json');
    const captured = JSON.parse(readFileSync(path, 'utf8')) as {
      result: { XBTUSDT: [number, ...string[]][] };
    };
    const rows = captured.result.XBTUSDT.map(([seconds, open, high, low, close, , volume]) => ({
      openMs: seconds * 1000,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    }));
    const replayed = await krakenPublic({ 'XXBTZUSD/1': candlesOf(rows) });
    const candles = await krakenSource({ baseUrl: replayed.baseUrl }).closedCandles({
      symbol: 'BTC/USD',
      timeframe: '1m',
      fromMs: 0,
      nowMs: (rows.at(-1)?.openMs ?? 0) + 30_000,
    });
    expect(candles.openMs).toHaveLength(720);
    expect(rows.filter(({ volume }) => volume === 0)).toHaveLength(216);
    await replayed.close();
  });
});

describe('Kraken as a venue', () => {
  it('says the rules of a pair in our spelling', async () => {
    const venue = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
    const { symbol, tickDecimals, lotDecimals, minQuantity } = await venue.instrument('BTC/USD');
    expect({ symbol, tickDecimals, lotDecimals, minQuantity }).toEqual({
      symbol: 'BTC/USD',
      tickDecimals: 1,
      lotDecimals: 8,
      minQuantity: '0.001',
    });
  });

  it('says that it does not know a pair', async () => {
    const venue = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
    await expect(venue.instrument('NOPE/USD')).rejects.toThrow("does not trade 'NOPE/USD'");
  });

  it('says its time, to the whole second, without asking for the pairs', async () => {
    const venue = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
    server.calls.length = 0;
    server.clock.nowMs = () => 1_704_067_201_999;
    expect(await venue.serverTimeMs()).toBe(1_704_067_201_000);
    expect(server.calls).toEqual(['/0/public/Time']);
  });

  it.each([
    ['hang', /gave no time of its clock: .*timed out \(300 ms\)/],
    ['status-500', /gave no time of its clock: .*500/],
    ['nonsense', /answered nonsense for its clock: no time\.$/],
  ] as const)('whose clock cannot be had (%s) is unavailable', async (how, message) => {
    const venue = krakenSource({ baseUrl: server.baseUrl, timeoutMs: 300 });
    server.fail(how, '/Time');
    await expect(venue.serverTimeMs()).rejects.toMatchObject({
      code: 'source-unavailable',
      message: expect.stringMatching(message),
    });
  });
});
