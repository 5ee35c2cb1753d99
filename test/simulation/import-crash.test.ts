import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { parseCandleCsv } from '../../shared/adapters/sources/csv.ts';
import { importCandles } from '../../shared/app/import-candles.ts';
import { type Candles, candleAt, candlesOf } from '../../shared/core/market/candles.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import { type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { walk } from '../helpers/candles.ts';
import { filesIn, temporaryFolder } from '../helpers/cli.ts';
import { Crash, type Power, powerUntil } from '../helpers/crash.ts';
import { csvOf } from '../helpers/made-up-files.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const SEED = 1;

/** Rows `from` to `to` of one wandering series of a timeframe, without those that fall into a hole. */
function rows(
  timeframe: Timeframe,
  span: { from: number; to: number; startMs: number; holes: number },
): Candles {
  const { from, to, startMs, holes } = span;
  const whole = walk(SEED, to, { untraded: 0.05 });
  const { uniform } = randomOf(SEED, `holes of ${timeframe}, ${holes}`);
  const kept = [...whole.openMs.keys()].filter((i) => i >= from && (i === from || uniform() >= holes));
  return candlesOf(
    kept.map((i) => ({ ...candleAt(whole, i), openMs: startMs + i * timeframeMs[timeframe] })),
  );
}

const file = (name: string, symbol: string, [timeframe, candles]: readonly [Timeframe, Candles]) => ({
  name,
  symbol,
  timeframe,
  bytes: new TextEncoder().encode(csvOf(candles)),
  nowMs: Date.UTC(2030, 0, 1),
});

const days = { startMs: Date.UTC(2023, 11, 25), from: 0, to: 380, holes: 0.2 };
const quarters = { startMs: Date.UTC(2024, 1, 27), from: 0, to: 400, holes: 0.1 };
const minutes = { startMs: Date.UTC(2024, 1, 28, 22), from: 0, to: 330, holes: 0.3 };

// Three years of one file, then others of the same series that have other holes, begin later and end later; months
// with the end of February; days with the 29th. The borders of files lie in or near holes.
const files = [
  file('a.csv', 'BTC/USD', ['1d', rows('1d', days)]),
  file('b.csv', 'BTC/USD', ['1d', rows('1d', { ...days, from: 3, to: 390, holes: 0.4 })]),
  file('c.csv', 'BTC/USD', ['15m', rows('15m', quarters)]),
  file('d.csv', 'ETH/USD', ['5m', rows('5m', minutes)]),
  file('e.csv', 'BTC/USD', ['1d', rows('1d', { ...days, to: 400, holes: 0 })]),
];

async function importAll(objects: ObjectStore): Promise<void> {
  const store = parquetCandleStore(objects, 'kraken');
  for (const each of files) await importCandles(store, parseCandleCsv, each);
}

/** Objects every call of which needs power. */
function powered(objects: ObjectStore, { use }: Power): ObjectStore {
  return {
    get: (key) => use(() => objects.get(key)),
    put: (key, bytes, expect) => use(() => objects.put(key, bytes, expect)),
    list: (prefix) => use(() => objects.list(prefix)),
  };
}

/** @returns whether the import came to its end */
async function ended(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

const contentOf = ({ objects }: ReturnType<typeof memoryObjectStore>) =>
  Object.fromEntries(
    [...objects].map(([key, { bytes }]) => [key, Buffer.from(bytes).toString('base64')]).sort(),
  );

async function uninterrupted() {
  const objects = memoryObjectStore();
  const power = powerUntil(0, 'before');
  await importAll(powered(objects, power));
  return { content: contentOf(objects), calls: power.calls };
}

describe('an import of several files that crashes and is repeated leaves what one that never crashed leaves,', () => {
  it('wherever it crashed, before a call took effect or after', async () => {
    const { content, calls } = await uninterrupted();
    expect(Object.keys(content)).toHaveLength(3 + 2 + 3);
    const left = new Set<string>();
    for (let n = 1; n <= calls; n++)
      for (const when of ['before', 'after'] as const) {
        const objects = memoryObjectStore();
        expect(await ended(importAll(powered(objects, powerUntil(n, when))))).toBe(false);
        left.add(JSON.stringify(contentOf(objects)));
        await importAll(objects);
        expect(contentOf(objects), `${when} call ${n} of ${calls}`).toEqual(content);
      }
    // Many different halves of an import were left and healed.
    expect(left.size).toBeGreaterThan(10);
  });

  it('however often it crashed on the way', async () => {
    const { content, calls } = await uninterrupted();
    const { uniform } = randomOf(SEED, 'import crashes');
    for (let run = 0; run < 20; run++) {
      const objects = memoryObjectStore();
      let isDone = false;
      for (let tries = 0; !isDone && tries < 300; tries++) {
        const power = powerUntil(
          1 + Math.floor(uniform() * calls * 1.1),
          uniform() < 0.5 ? 'before' : 'after',
        );
        isDone = await ended(importAll(powered(objects, power)));
      }
      expect([isDone, contentOf(objects)], `seed ${SEED}, run ${run}`).toEqual([true, content]);
    }
  });

  it('in files on a disk too, where a crash may come between write and rename', async () => {
    const whole = join(folder, 'whole');
    await importAll(fileObjectStore(whole));
    const names = Object.keys(filesIn(whole)).filter((name) => name.endsWith('.parquet'));
    const { calls } = await uninterrupted();
    const { uniform } = randomOf(SEED, 'torn files');
    for (let run = 0; run < 6; run++) {
      const root = join(folder, `${run}`);
      const power = powerUntil(1 + Math.floor(uniform() * calls), 'before');
      const objects = powered(fileObjectStore(root), power);
      expect(await ended(importAll(objects)), `seed ${SEED}, run ${run}`).toBe(false);
      // Whichever file was next: part of it lies under its temporary name.
      for (const name of names) {
        const temporary = join(root, dirname(name), `.${name.split('/').at(-1)}.tmp`);
        mkdirSync(dirname(temporary), { recursive: true });
        const bytes = readFileSync(join(whole, name));
        writeFileSync(temporary, bytes.subarray(0, Math.floor(uniform() * bytes.length)));
      }
      await importAll(fileObjectStore(root));
      const after = filesIn(root);
      for (const name of names)
        expect(after[name] === filesIn(whole)[name], `seed ${SEED}, run ${run}, ${name}`).toBe(true);
      expect((await fileObjectStore(root).list('')).toSorted()).toEqual(names.toSorted());
    }
  });
});
