import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { decodeCandles, encodeCandles } from '../../../shared/adapters/parquet/codec.ts';
import type { CandleFileKey } from '../../../shared/adapters/parquet/keys.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { candleColumns, candlesOf } from '../../../shared/core/market/candles.ts';
import { contentHash } from '../../../shared/core/market/content-hash.ts';
import { BARS_START_MS, barsOf } from '../../helpers/bars.ts';
import { walk } from '../../helpers/candles.ts';

const file: CandleFileKey = { venue: 'kraken', symbol: 'BTC/USD', timeframe: '4h', period: '2024' };
const provenance = [{ source: 'csv', name: 'a.csv', rows: 2, firstMs: 1, lastMs: 2 }];
const bytes = encodeCandles(file, { candles: walk(1, 500), provenance });

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** Two candles as the first slice wrote them: format 1, without a hash of the file. Gzip, base64. */
const firstFormat = gunzipSync(
  Buffer.from(
    [
      'H4sIAAAAAAAAA32QzW7TQBSFrxM3RBZIbCaKJS+qqzbqwoU4CZPY6sIFFlUFqBSoEgFCY9chkWxPZLspVemuSx7CT8',
      'C6C1Yg8Rx5gC5ZsET+iRuSqiNbc2Z0vnvvnIPdQ41UyDrZ+EBEAukPBAAe7sCf1z+/CQDwfftXsqe29WUbwJqwMTAh',
      'WebATE24ahKErTh3xXe6Zv3MNevf5TKXOt4+lpSZQDKJKH/dEwPOI3IfiLgJ9Xt84vifvBCItAl1MTnlcjT+PMpk2e',
      'WnmVqzXR46ma5MuXviOVATZUV2G1WFiDIBuahISjWxtl971ajuUNiqzuOrV4tAZYVUCJASADSOFCKleDpCzu43jjI2',
      'f2M9UzAw6f90LBR4MnaOv2jEwg0fF3y8wl8XfPLWAr9ewGf9OT7rL+NXpTmeBVQUuCrdNr+50v+yPC+Qp1oEcFm+qQ',
      'BSkYC0VKH2o1wT6e8yyEpdGvFo2w7OJhGv/xXOccgDj0VoaCqGZ57FXTTw6dtnj9+9eY4qRmPPGQbMc9DAzghVnDjB',
      'mB+jga1mq4Mq2tyPHD/aY+EIDRwyqrd1m3VZx6JDXaPdDrN7mm23HYtpLb2t03avbfUs1tadnkWHTzpaq9ntWg6juk',
      '31pEHAp47PfNtB4/05hvwkSCTa4RRV9LNRvjzKjgE/DdFoqTgcB2H0MkRD6zY7TdptNZOlossWrnsaTa8vPl7AYg6y',
      'qwAsffCgDHCwe6j9AwZ6QJf8AwAA',
    ].join(''),
    'base64',
  ),
);

describe('a candle file', () => {
  it('of the first format is still read, and refused when its candles are not those of its hash', async () => {
    const { candles, provenance: from } = await decodeCandles(file, firstFormat);
    expect([...candles.open]).toEqual([100, 101]);
    expect(from).toMatchObject([{ source: 'csv', name: 'x.csv', rows: 2 }]);
    const hash = Buffer.from('"contentHash":"');
    const damaged = Buffer.from(firstFormat);
    damaged.write('0000', damaged.indexOf(hash) + hash.length);
    expect((await refusal(decodeCandles(file, damaged))).message).toContain('do not match the hash');
  });

  it('gives back every bit of every double', async () => {
    const price = fc.double({
      min: Number.MIN_VALUE,
      max: Number.MAX_VALUE,
      noNaN: true,
      noDefaultInfinity: true,
    });
    const row = fc.tuple(price, price, price, price, fc.oneof(fc.constant(0), price));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        const candles = candlesOf(
          rows.map(([a, b, c, d, volume], i) => {
            const [low = 0, open = 0, close = 0, high = 0] = [a, b, c, d].sort((x, y) => x - y);
            return { openMs: BARS_START_MS + i * 14_400_000, open, high, low, close, volume };
          }),
        );
        const body = await decodeCandles(file, encodeCandles(file, { candles, provenance }));
        for (const column of candleColumns) expect(body.candles[column]).toEqual(candles[column]);
        expect(contentHash(body.candles)).toBe(contentHash(candles));
        expect(body.provenance).toEqual(provenance);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same bytes for the same candles', () => {
    expect(encodeCandles(file, { candles: walk(1, 500), provenance })).toEqual(bytes);
  });

  it('has plain columns that other programs read: INT64 and DOUBLE, never null, snappy', () => {
    const { schema, row_groups } = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(
      schema.slice(1).map(({ name, type, repetition_type }) => `${name} ${type} ${repetition_type}`),
    ).toEqual([
      'open_ms INT64 REQUIRED',
      'open DOUBLE REQUIRED',
      'high DOUBLE REQUIRED',
      'low DOUBLE REQUIRED',
      'close DOUBLE REQUIRED',
      'volume DOUBLE REQUIRED',
    ]);
    expect(row_groups.flatMap(({ columns }) => columns.map((c) => c.meta_data?.codec))).toEqual(
      Array.from({ length: 6 }, () => 'SNAPPY'),
    );
  });

  it('is refused by name when it is cut off anywhere', async () => {
    for (const length of [0, 3, 100, bytes.length / 2, bytes.length - 1]) {
      const error = await refusal(decodeCandles(file, bytes.subarray(0, length)));
      expect(error.code).toBe('candles-invalid');
      expect(error.message).toContain(
        "'venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet' cannot be used",
      );
      expect(error.hint).toContain('Move this one file');
    }
  });

  it('is refused whatever bit of it is flipped, before anything in it is parsed', async () => {
    for (let at = 0; at < bytes.length; at += 53) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      const { code, message } = await refusal(decodeCandles(file, flipped));
      expect(code).toBe('candles-invalid');
      expect(message).toMatch(/ cannot be used: it is (damaged, its bytes do not match|cut off, or was not)/);
    }
  });

  it('is refused under the name of another series or period', async () => {
    for (const other of [{ symbol: 'ETH/USD' }, { timeframe: '1d' as const }, { period: '2023' }])
      expect((await refusal(decodeCandles({ ...file, ...other }, bytes))).message).toContain(
        'it holds BTC/USD 4h of 2024, its name says otherwise',
      );
    const stray = encodeCandles({ ...file, period: '2023' }, { candles: walk(1, 5), provenance });
    expect((await refusal(decodeCandles({ ...file, period: '2023' }, stray))).message).toContain(
      'another period',
    );
  });

  it('is refused without candles', async () => {
    const empty = encodeCandles(file, { candles: barsOf('4h', ''), provenance: [] });
    expect((await refusal(decodeCandles(file, empty))).message).toContain('it holds no candles');
  });
});
