import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { type Candles, sliceCandles } from '../../shared/core/market/candles.ts';
import { contentHash } from '../../shared/core/market/content-hash.ts';
import { walk } from '../helpers/candles.ts';
import { filesIn, jsonOf, runCli, spawnCli, temporaryFolder } from '../helpers/cli.ts';
import { entryCount, wholeEntries, writeEntry } from '../helpers/entries.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';
import { NO_SMALL_DISK, smallDisk } from '../helpers/small-disk.ts';

const DISK_BYTES = 4 * 2 ** 20;
const disk = smallDisk(DISK_BYTES);
afterAll(() => disk?.remove());
const { folder: elsewhere, remove } = temporaryFolder();
afterAll(remove);

let folder = '';
let runs = 0;
beforeEach(({ skip }) => {
  if (!disk) return skip(NO_SMALL_DISK);
  disk.clear();
  folder = join(disk.folder, `${runs++}`);
  mkdirSync(folder);
});

const full = {
  code: 'state-invalid',
  message: expect.stringMatching(/(the disk is full|does not fit on the disk)/),
};

describe('on a disk that fills up', () => {
  it.each(['full', 'relaxed'] as const)(
    'a state file keeps what was confirmed, and goes on once there is room: %s',
    async (durability) => {
      const file = join(folder, 'state.sqlite');
      const store = sqliteStateStore({ file, durability });
      await writeEntry(store, 1);
      disk?.fill(200_000);
      let confirmed = 1;
      const fillUp = async () => {
        for (;;) if (await writeEntry(store, confirmed + 1)) confirmed++;
      };
      await expect(fillUp()).rejects.toMatchObject({
        ...full,
        message: expect.stringContaining(`"${file}"`),
      });
      expect(confirmed).toBeGreaterThan(5);
      expect(await wholeEntries(store)).toBe(confirmed);
      await expect(writeEntry(store, confirmed + 1)).rejects.toMatchObject(full);
      store.close();

      const again = sqliteStateStore({ file, durability });
      expect(await wholeEntries(again)).toBe(confirmed);
      await expect(writeEntry(again, confirmed + 1)).rejects.toMatchObject(full);
      disk?.clear();
      expect(await writeEntry(again, confirmed + 1)).toBe(true);
      expect(await wholeEntries(again)).toBe(confirmed + 1);
      again.close();
      expect(readdirSync(folder)).toEqual(['state.sqlite']);
    },
  );

  it('a state file cannot be opened or made for want of room, says so, and nothing is left of the one not made', async () => {
    const file = join(folder, 'state.sqlite');
    const open = (name = file) => sqliteStateStore({ file: name, durability: 'full' });
    const store = open();
    await writeEntry(store, 1);
    store.close();
    disk?.fill();
    expect(open).toThrow(expect.objectContaining(full));
    expect(() => open(join(folder, 'new.sqlite'))).toThrow(expect.objectContaining(full));
    expect(readdirSync(folder).filter((name) => name.includes('new'))).toEqual([]);
    disk?.clear();
    const again = open();
    expect(await entryCount(again)).toBe(1);
    again.close();
    open(join(folder, 'new.sqlite')).close();
  });

  it('candles that do not fit change nothing, leave nothing, and are taken once there is room', async () => {
    const objects = fileObjectStore(folder);
    const store = parquetCandleStore(objects, 'kraken');
    // Three years of 4h candles: three files of about 100 kB.
    const candles = walk(1, 6000);
    const append = (some: Candles) =>
      store.append({
        symbol: 'BTC/USD',
        timeframe: '4h',
        candles: some,
        provenance: { source: 'csv', name: 'a' },
      });
    await append(sliceCandles(candles, 0, 1000));
    const before = filesIn(folder);
    disk?.fill(60_000);
    await expect(append(candles)).rejects.toMatchObject(full);
    expect(filesIn(folder)).toEqual(before);
    disk?.fill();
    await expect(append(candles)).rejects.toMatchObject(full);
    expect(filesIn(folder)).toEqual(before);
    expect((await store.read('BTC/USD', '4h')).openMs).toHaveLength(1000);

    // The first file of three fits: it is there, whole; the next append brings the others.
    disk?.clear();
    disk?.fill(150_000);
    await expect(append(candles)).rejects.toMatchObject(full);
    expect(Object.keys(filesIn(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
    const part = await store.read('BTC/USD', '4h');
    expect(part.openMs.length).toBeGreaterThan(1000);
    expect(contentHash(part)).toBe(contentHash(sliceCandles(candles, 0, part.openMs.length)));
    disk?.clear();
    await append(candles);
    expect(contentHash(await store.read('BTC/USD', '4h'))).toBe(contentHash(candles));
  });

  it('the command line fails with the error and exit code 1, and goes on once there is room', async () => {
    const [hours = '', days = '', quarters = ''] = writeMadeUpFiles(join(elsewhere, 'files'));
    const importAll = ['candles', 'import', hours, days, quarters, '--data', folder];
    disk?.fill(130_000);
    const stopped = await runCli(...importAll);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toMatch(
      /^state-invalid: ".*parquet" does not fit on the disk \(ENOSPC\)\n {2}→ Free some space/m,
    );
    disk?.fill();
    const tick = ['start', '--once', '--source', 'synthetic', '--data', folder];
    const unable = await runCli(...tick);
    expect(unable.code).toBe(1);
    expect(unable.stderr).toMatch(
      /^state-invalid: .* (the disk is full|on the disk \(ENOSPC\)).*\n {2}→ .*space/m,
    );

    disk?.clear();
    expect((await runCli(...importAll)).code).toBe(0);
    const whole = join(elsewhere, 'whole');
    await runCli('candles', 'import', hours, days, quarters, '--data', whole);
    expect(await jsonOf('candles', 'list', '--data', folder)).toEqual(
      await jsonOf('candles', 'list', '--data', whole),
    );
    expect((await runCli(...tick)).code).toBe(0);
  });

  it('a replay says so too, before it has begun and in its middle, and ends once there is room', async () => {
    const [hours = '', days = '', quarters = ''] = writeMadeUpFiles(join(elsewhere, 'files'));
    const config = join(elsewhere, 'bitcoin.yaml');
    writeFileSync(config, 'symbols: [BTC/USD]\n');
    const at = (data: string) => ['--config', config, '--data', data];
    const replay = ['replay', '--from', '2025-01-01', '--to', '2025-01-04'];
    const whole = join(elsewhere, 'replayed');
    for (const data of [folder, whole]) await runCli('candles', 'import', hours, days, quarters, ...at(data));
    for (const leftBytes of [0, 120_000, 200_000]) {
      disk?.clear();
      disk?.fill(leftBytes);
      // A process of its own: when it ends, it gives up the lease that it could not give back.
      const { code, stderr } = await spawnCli([...replay, ...at(folder)]);
      expect([code, stderr], `${leftBytes} bytes left`).toEqual([
        1,
        expect.stringMatching(/^state-invalid: .*\n {2}→ .*space/),
      ]);
    }
    disk?.clear();
    const resumed = await jsonOf(...replay, ...at(folder));
    expect(resumed).toEqual(await jsonOf(...replay, ...at(whole)));
  });
});
