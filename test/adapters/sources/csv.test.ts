import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseCandleCsv } from '../../../shared/adapters/sources/csv.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { candleAt } from '../../../shared/core/market/candles.ts';
import type { CandleFile, CandleFileContent } from '../../../shared/ports/candle-file.ts';
import { BARS_START_MS } from '../../helpers/bars.ts';

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const FOUR_HOURS_MS = 14_400_000;

const at = (place: number) => BARS_START_MS + place * FOUR_HOURS_MS;
const row = (place: number, price = 100) =>
  `${at(place)},${price},${price + 2},${price - 2},${price + 1},5.5`;

const ours: Omit<CandleFile, 'bytes'> = { name: 'x.csv', symbol: 'BTC/USD', timeframe: '4h' };
const parse = (text: string | Uint8Array, about: Partial<CandleFile> = {}): CandleFileContent =>
  parseCandleCsv({
    ...ours,
    ...about,
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  });

function refusal(text: string | Uint8Array, about: Partial<CandleFile> = {}): AppError {
  try {
    parse(text, about);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('the file was not refused');
}

const withRow = (broken: string) => [HEADER, row(0), broken, row(2)].join('\n');

describe('our csv', () => {
  const text = `${HEADER}\n${row(0)}\n${row(1, 100.25)}\n`;
  const expected = [at(0), at(1)];

  it('is read as it is written', () => {
    const { candles, source, symbol, timeframe, duplicates } = parse(text);
    expect([source, symbol, timeframe, duplicates]).toEqual(['csv', 'BTC/USD', '4h', 0]);
    expect(candleAt(candles, 1)).toEqual({
      openMs: at(1),
      open: 100.25,
      high: 102.25,
      low: 98.25,
      close: 101.25,
      volume: 5.5,
    });
  });

  it.each([
    ['with Windows line ends', text.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${text}`],
    ['without a last line end', text.trimEnd()],
    ['with blank lines at the end', `${text}\n\r\n`],
    ['packed by gzip', new Uint8Array(gzipSync(text))],
  ])('is read %s', (_, variant) => {
    expect([...parse(variant).candles.openMs]).toEqual(expected);
  });

  it('may repeat a row exactly, which is counted', () => {
    const { candles, duplicates } = parse([HEADER, row(0), row(0), row(1), row(1), row(1)].join('\n'));
    expect([[...candles.openMs], duplicates]).toEqual([expected, 3]);
  });

  it('takes exponents, and a zero below zero as zero', () => {
    const { candles } = parse(`${HEADER}\n${at(0)},1.2e-05,1.3E-5,1e-5,1.1e-05,-0\n`);
    expect(candleAt(candles, 0)).toMatchObject({ open: 0.000012, high: 0.000013, volume: 0 });
  });

  it('needs to be told symbol and timeframe', () => {
    expect(refusal(text, { symbol: undefined, timeframe: undefined })).toMatchObject({
      code: 'usage',
      message: "The name 'x.csv' does not tell symbol and timeframe.",
      hint: 'Say which, for example --symbol BTC/USD --timeframe 4h (timeframes: 1m 5m 15m 1h 4h 1d).',
    });
    expect(refusal(text, { symbol: undefined }).message).toBe("The name 'x.csv' does not tell symbol.");
    expect(refusal(text, { timeframe: undefined }).message).toBe("The name 'x.csv' does not tell timeframe.");
  });

  it('is known by the hash of its bytes', () => {
    // printf 'timestamp_ms,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n' | sha256sum
    const { sha256 } = parse(`${HEADER}\n1704067200000,1,1,1,1,1\n`);
    expect(sha256).toBe('872e3847786ede6ac22404f513e2fe0887830360a026f5960a8ae613526a2076');
  });
});

describe('a file is refused, by line, column and value, for', () => {
  it.each([
    ['a missing column', `${at(1)},100,102,98,101`, "'x.csv', line 3: 5 column(s), expected 6."],
    ['a further column', `${row(1)},7`, "'x.csv', line 3: 7 column(s), expected 6."],
    ['a blank line between rows', '', "'x.csv', line 3: 1 column(s), expected 6."],
    ['a word', `${at(1)},abc,102,98,101,5`, `'x.csv', line 3, column 'open': "abc" is not a number.`],
    ['an empty field', `${at(1)},100,102,98,,5`, `'x.csv', line 3, column 'close': "" is not a number.`],
    ['NaN', `${at(1)},100,NaN,98,101,5`, `'x.csv', line 3, column 'high': "NaN" is not a number.`],
    ['Infinity', `${at(1)},100,102,98,101,Infinity`, `column 'volume': "Infinity" is not a number.`],
    [
      'a number too large',
      `${at(1)},100,1e999,98,101,5`,
      "column 'high': 'Infinity' is not a finite number.",
    ],
    ['hexadecimal', `${at(1)},0x64,102,98,101,5`, `column 'open': "0x64" is not a number.`],
    ['a price of zero', `${at(1)},100,102,0,101,5`, "line 3, column 'low': '0' is not above 0."],
    ['a negative price', `${at(1)},100,102,-98,101,5`, "line 3, column 'low': '-98' is not above 0."],
    ['a negative volume', `${at(1)},100,102,98,101,-5`, "line 3, column 'volume': '-5' is negative."],
    [
      'a low above the open',
      `${at(1)},100,102,100.5,101,5`,
      "column 'open': '100' is below the low '100.5'.",
    ],
    [
      'a high below the close',
      `${at(1)},100,100.5,98,101,5`,
      "column 'close': '101' is above the high '100.5'.",
    ],
    [
      'a time that is a date',
      `2024-01-01,100,102,98,101,5`,
      `"2024-01-01" is not a whole number of milliseconds.`,
    ],
    ['a small time', `14,100,102,98,101,5`, `column 'timestamp_ms': "14" is not a time in milliseconds.`],
    [
      'seconds among milliseconds',
      `${at(1) / 1000},100,102,98,101,5`,
      `"1704081600" looks like seconds, among`,
    ],
    [
      'microseconds among them',
      `${at(1)}000,100,102,98,101,5`,
      `"1704081600000000" looks like microseconds, among`,
    ],
    [
      'an older row',
      row(-1),
      "column 'timestamp_ms': 2023-12-31 20:00 comes after 2024-01-01 00:00, rows must ascend.",
    ],
    [
      'two prices of one candle',
      row(0, 101),
      "column 'open': '101', but line 2 says '100' for the same candle (2024-01-01 00:00).",
    ],
    [
      'two volumes of one candle',
      row(0).replace('5.5', '5.6'),
      "column 'volume': '5.6', but line 2 says '5.5'",
    ],
    [
      'a price in thousandths',
      row(1, 100_000),
      "column 'open': '100000' after a close of '101' looks like another unit of price.",
    ],
    [
      'a time off the grid',
      `${at(1) + 60_000},100,102,98,101,5`,
      "line 3, column 'timestamp_ms': 2024-01-01 04:01 is not on the grid of 4h",
    ],
  ])('%s', (_, broken, message) => {
    const error = refusal(withRow(broken));
    expect(error.code).toBe('candles-invalid');
    expect(error.message).toContain(message);
    expect(error.hint).toContain('nothing of it was imported');
  });

  it('seconds from the first row on', () => {
    const text = `${HEADER}\n${at(0) / 1000},1,1,1,1,1`;
    expect(refusal(text).message).toContain(
      `line 2, column 'timestamp_ms': "1704067200" looks like seconds, expected`,
    );
  });

  it('another timeframe, which is named', () => {
    const spaced = (hours: number) =>
      [HEADER, ...[0, 1, 2, 3].map((i) => `${BARS_START_MS + i * hours * 3_600_000},1,1,1,1,1`)].join('\n');
    expect(refusal(spaced(1), { timeframe: '4h' }).message).toContain(
      "line 3, column 'timestamp_ms': 2024-01-01 01:00 is not on the grid of 4h; the file looks like 1h.",
    );
    expect(refusal(spaced(4), { timeframe: '1h' }).message).toContain(
      "column 'timestamp_ms': no two candles are 1h apart; the file looks like 4h.",
    );
    expect(parse(spaced(4)).candles.openMs).toHaveLength(4);
  });

  it.each([
    ['', "'x.csv' is empty."],
    ['\n\n', "'x.csv' is empty."],
    [`${HEADER}\n`, "'x.csv' holds no candles."],
    [
      'time,open,high,low,close,volume\n',
      `line 1, column 1: the header says "time", expected 'timestamp_ms'.`,
    ],
    [
      'timestamp_ms,open,low,high,close,volume\n',
      `line 1, column 3: the header says "low", expected 'high'.`,
    ],
    ['timestamp_ms,open,high,low,close\n', `line 1, column 6: the header says "", expected 'volume'.`],
    [`${HEADER},trades\n`, `line 1, column 7: the header says "trades", expected no further column.`],
    [`${row(0)}\n`, "'x.csv', line 1: 6 columns and no header, expected 7."],
    ['PK\u0003\u0004', "'x.csv' is a zip archive."],
  ])('%j as its whole content', (text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'candles-invalid' });
    expect(refusal(text).message).toContain(message);
  });

  it('a gzip that is cut off', () => {
    const packed = new Uint8Array(gzipSync(`${HEADER}\n${row(0)}\n`));
    expect(refusal(packed.subarray(0, packed.length - 12)).message).toMatch(/^'x.csv' cannot be unpacked: /);
  });
});

describe("a file of Kraken's archive", () => {
  const archive = '1704067200,100.0,102.0,98.0,101.0,5.5,12\n1704081600,101.0,102.0,98.0,101.0,5.5,7\n';
  const named = (name: string, text = archive) =>
    parse(text, { name, symbol: undefined, timeframe: undefined });

  it('is told by seven columns without a header, in seconds; its name tells symbol and timeframe', () => {
    const { candles, source, symbol, timeframe } = named('XBTUSD_240.csv');
    expect([source, symbol, timeframe, [...candles.openMs]]).toEqual([
      'kraken-archive',
      'BTC/USD',
      '4h',
      [1_704_067_200_000, 1_704_081_600_000],
    ]);
  });

  it.each([
    ['some/folder/ETHUSD_240.csv.gz', 'ETH/USD'],
    ['XDGUSD_240.csv', 'DOGE/USD'],
    ['XBTUSDT_240.csv', 'BTC/USDT'],
    ['USDTUSD_240.csv', 'USDT/USD'],
    ['ETHXBT_240.csv', 'ETH/BTC'],
  ])('%s is %s', (name, symbol) => {
    expect(named(name)).toMatchObject({ symbol, timeframe: '4h' });
  });

  it('needs a timeframe of ours', () => {
    const error = () => named('XBTUSD_720.csv');
    expect(error).toThrow("The name 'XBTUSD_720.csv' does not tell timeframe.");
  });

  it('is refused under the symbol of another', () => {
    expect(refusal(archive, { name: 'XBTUSD_240.csv', symbol: 'ETH/USD' }).message).toBe(
      "'XBTUSD_240.csv' is called BTC/USD, not 'ETH/USD'.",
    );
    expect(parse(archive, { name: 'download.csv', symbol: 'ETH/USD' }).symbol).toBe('ETH/USD');
  });

  it('is refused in milliseconds, and with half a trade', () => {
    expect(refusal('1704067200000,1,1,1,1,1,1\n').message).toContain(
      'looks like milliseconds, expected seconds',
    );
    expect(refusal('1704067200,1,1,1,1,1,1.5\n').message).toContain(
      `column 'trades': "1.5" is not a whole number.`,
    );
  });
});

it('a year of one-minute candles is read within seconds, and tells how far it is', () => {
  const lines = [HEADER];
  for (let i = 0; i < 520_000; i++)
    lines.push(`${BARS_START_MS + i * 60_000},13763.5,13788,13752.18,13753,5.1332677`);
  const told: number[] = [];
  const startedMs = performance.now();
  const { candles } = parse(lines.join('\n'), { timeframe: '1m', onProgress: (rows) => told.push(rows) });
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect(candles.openMs).toHaveLength(520_000);
  expect([told.length, told.at(-1)]).toEqual([11, 520_000]);
});
