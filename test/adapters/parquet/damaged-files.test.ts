import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../../shared/adapters/parquet/candle-store.ts';
import { randomOf } from '../../../shared/core/market/random.ts';
import { DAY_MS, type Timeframe } from '../../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../../shared/ports/candle-store.ts';
import { BARS_START_MS, barsIn, barsOf } from '../../helpers/bars.ts';
import { filesIn } from '../../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'damaged-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 1;
const keyOf = (symbol: string, timeframe: Timeframe, year: number) =>
  `venue=kraken/symbol=${symbol}/timeframe=${timeframe}/year=${year}.parquet`;
const [key2024, key2025] = [keyOf('BTC-USD', '1d', 2024), keyOf('BTC-USD', '1d', 2025)];

let root = '';
let store: CandleStore;
let runs = 0;
const pathOf = (key: string) => join(root, key);
const append = (symbol: string, timeframe: Timeframe, bars: string) =>
  store.append({
    symbol,
    timeframe,
    candles: barsOf(timeframe, bars),
    provenance: { source: 'csv', name: 'a' },
  });

beforeEach(async () => {
  root = join(folder, `${runs++}`);
  store = parquetCandleStore(fileObjectStore(root), 'kraken');
  await append('BTC/USD', '1d', '0:10 1:11 366:12 367:13');
  await append('ETH/USD', '1d', '0:20 1:21');
  await append('BTC/USD', '4h', '0:10 1:11');
});

/** A file that cannot be used is named by whatever reads it, with a remedy, and nothing is written anywhere. */
async function expectRefused(key: string, why: RegExp, about = ''): Promise<void> {
  const before = filesIn(root);
  for (const use of [
    () => store.read('BTC/USD', '1d'),
    () => store.list(),
    () => append('BTC/USD', '1d', '2:12 365:12'),
  ])
    await expect(use(), about).rejects.toMatchObject({
      code: 'candles-invalid',
      message: expect.stringMatching(why),
      hint: expect.stringMatching(/^Move this one file out of the data folder and import or fetch/),
    });
  await expect(store.read('BTC/USD', '1d')).rejects.toThrow(`The candle file '${key}' cannot be used: `);
  expect(filesIn(root), about).toEqual(before);
}

describe('a candle file in a folder', () => {
  it('that is empty, cut off or a text is refused by name, and nothing is written', async () => {
    const whole = readFileSync(pathOf(key2024));
    const random = randomOf(SEED, 'cuts');
    writeFileSync(pathOf(key2024), '');
    await expectRefused(key2024, /it is empty\.$/);
    const lengths = Array.from({ length: 20 }, () => Math.floor(random.uniform() * whole.length));
    for (const length of [1, whole.length - 1, ...lengths]) {
      writeFileSync(pathOf(key2024), whole.subarray(0, Math.max(1, length)));
      await expectRefused(key2024, /it is (cut off, or was not written|damaged)/, `${length} bytes`);
    }
    writeFileSync(pathOf(key2024), 'timestamp_ms,open,high,low,close,volume\n');
    await expectRefused(key2024, /or was not written by this version of the program\.$/);
  });

  it('of which bytes are others is refused by name, and nothing is written', async () => {
    const whole = readFileSync(pathOf(key2025));
    const random = randomOf(SEED, 'bytes');
    for (let run = 0; run < 60; run++) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(random.uniform() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(random.uniform() * 255));
      writeFileSync(pathOf(key2025), bytes);
      await expectRefused(key2025, /it is (cut off|damaged)/, `seed ${SEED}, byte ${at}`);
    }
  });

  it('of another symbol, timeframe or year in its place is refused by name, and nothing is written', async () => {
    for (const [other, holds] of [
      [keyOf('ETH-USD', '1d', 2024), 'ETH/USD 1d of 2024'],
      [keyOf('BTC-USD', '4h', 2024), 'BTC/USD 4h of 2024'],
      [key2025, 'BTC/USD 1d of 2025'],
    ] as const) {
      writeFileSync(pathOf(key2024), readFileSync(pathOf(other)));
      await expectRefused(key2024, new RegExp(`it holds ${holds}, its name says otherwise\\.$`));
    }
  });

  it('that was moved away as the remedy says can be had again, and its neighbours are as before', async () => {
    const before = filesIn(root);
    writeFileSync(pathOf(key2024), 'no candles');
    renameSync(pathOf(key2024), join(folder, 'moved-away'));
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toBe('366:12 367:13');
    await append('BTC/USD', '1d', '0:10 1:11');
    expect(filesIn(root)).toEqual(before);
  });

  it('whose place a folder takes is not one, and cannot be written: the error says so', async () => {
    rmSync(pathOf(key2024));
    mkdirSync(pathOf(key2024));
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toBe('366:12 367:13');
    await expect(append('BTC/USD', '1d', '0:10')).rejects.toMatchObject({
      code: 'state-invalid',
      message: `"${pathOf(key2024)}" cannot be read or written (EISDIR)`,
      hint: expect.stringContaining('nor a folder in that of a file'),
    });
  });
});

describe('what a crash between write and rename leaves', () => {
  const leftover = (key: string) => join(dirname(pathOf(key)), `.${key.split('/').at(-1)}.tmp`);

  it('is no candle file: not listed, not read, in no one’s way', async () => {
    const whole = readFileSync(pathOf(key2025));
    const [coverage, candles] = [await store.list(), await store.read('BTC/USD', '1d')];
    for (const left of [whole, whole.subarray(0, 100), Buffer.of()]) {
      writeFileSync(leftover(key2025), left);
      writeFileSync(leftover(keyOf('BTC-USD', '1d', 2026)), left);
      expect(await store.list()).toEqual(coverage);
      expect(await store.read('BTC/USD', '1d')).toEqual(candles);
      const known = await append('BTC/USD', '1d', '0:10 1:11 366:12 367:13');
      expect(known).toMatchObject({ added: 0, kept: 4 });
    }
    const nextYearMs = BARS_START_MS + 731 * DAY_MS;
    await append('BTC/USD', '1d', '368:14 731:15');
    expect((await store.read('BTC/USD', '1d', { fromMs: nextYearMs })).openMs).toEqual(
      Float64Array.of(nextYearMs),
    );
    expect(Object.keys(filesIn(root)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('at the first write of a series leaves no series', async () => {
    mkdirSync(dirname(pathOf(keyOf('SOL-USD', '1d', 2024))), { recursive: true });
    writeFileSync(leftover(keyOf('SOL-USD', '1d', 2024)), 'half');
    expect((await store.list()).map(({ symbol }) => symbol)).toEqual(['BTC/USD', 'BTC/USD', 'ETH/USD']);
    expect((await store.read('SOL/USD', '1d')).openMs).toHaveLength(0);
  });
});
