import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../../shared/adapters/sqlite/state-store.ts';
import { randomOf } from '../../../shared/core/market/random.ts';
import { wholeEntries, writeEntry } from '../../helpers/entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'power-cut-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 1;
const WAL_HEADER_BYTES = 32;

/** The files of a state at one moment; undefined is a file that is not there. */
interface Disk {
  readonly main: Buffer;
  readonly wal: Buffer | undefined;
  readonly shm: Buffer | undefined;
}

const ends = { main: '', wal: '-wal', shm: '-shm' };

/** What lies on the disk while a process has the file open. A copy by another one: reading it here would drop locks. */
function diskOf(file: string): Disk {
  const copy = (end: string) => {
    execFileSync('cp', [file + end, `${file}.copy`]);
    return readFileSync(`${file}.copy`);
  };
  return { main: copy(''), wal: copy('-wal'), shm: copy('-shm') };
}

const ascending = (a: number, b: number) => a - b;

let disks = 0;

/** Opens what a power cut left, counts its entries, writes one more, and opens it again. */
async function entriesAfter(disk: Disk, about: string): Promise<number> {
  const file = join(folder, `left-${disks++}.sqlite`);
  for (const [part, end] of Object.entries(ends)) {
    const bytes = disk[part as keyof Disk];
    if (bytes) writeFileSync(file + end, bytes);
  }
  try {
    const store = sqliteStateStore({ file, durability: 'relaxed' });
    const count = await wholeEntries(store);
    expect(await writeEntry(store, count + 1), about).toBe(true);
    store.close();
    const again = sqliteStateStore({ file, durability: 'relaxed' });
    expect(await wholeEntries(again), about).toBe(count + 1);
    again.close();
    return count;
  } catch (cause) {
    throw new Error(about, { cause });
  } finally {
    for (const end of Object.values(ends)) rmSync(file + end, { force: true });
  }
}

describe('a state file after a power cut', () => {
  // Of these entries the first are in the main file, the rest in the log alone.
  const [CHECKPOINTED, WRITTEN] = [12, 30];
  let before: Disk;
  let after: Disk;
  /** Where in the log each entry ends. */
  const entryEnds: number[] = [];
  const random = randomOf(SEED, 'power cuts');
  const placeBefore = (length: number) => Math.floor(random.uniform() * length);
  const entriesWithin = (bytes: number) => CHECKPOINTED + entryEnds.filter((end) => end <= bytes).length;

  beforeAll(async () => {
    const file = join(folder, 'written.sqlite');
    const store = sqliteStateStore({ file, durability: 'full' });
    const other = new DatabaseSync(file);
    for (let n = 1; n <= WRITTEN; n++) {
      await writeEntry(store, n);
      if (n === CHECKPOINTED) other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      if (n > CHECKPOINTED) entryEnds.push(statSync(`${file}-wal`).size);
    }
    before = diskOf(file);
    other.exec('PRAGMA wal_checkpoint(FULL)');
    after = diskOf(file);
    other.close();
    store.close();
  });

  const walOf = ({ wal }: Disk) => wal ?? Buffer.of();

  it('that cut the log short has every whole entry before the cut, and nothing of the next', async () => {
    const wal = walOf(before);
    const borders = entryEnds.flatMap((end) => [end - 1, end]);
    const lengths = [
      0,
      1,
      31,
      32,
      33,
      ...borders,
      ...Array.from({ length: 30 }, () => placeBefore(wal.length)),
    ];
    for (const length of lengths) {
      const about = `seed ${SEED}, log of ${length} bytes`;
      const shm = random.uniform() < 0.5 ? before.shm : undefined;
      const cut = { ...before, wal: wal.subarray(0, length), shm };
      expect(await entriesAfter(cut, about), about).toBe(entriesWithin(length));
    }
  });

  it('that left garbage at the end of the log has every whole entry before it', async () => {
    for (let run = 0; run < 20; run++) {
      const wal = Buffer.from(walOf(before));
      const from = placeBefore(wal.length);
      const isZero = random.uniform() < 0.3;
      for (let at = from; at < wal.length; at++) wal[at] = isZero ? 0 : placeBefore(256);
      const about = `seed ${SEED}, garbage from ${from} on`;
      // Garbage may begin with the bytes that were there.
      const intact = wal.findIndex((byte, at) => byte !== walOf(before)[at]);
      expect(await entriesAfter({ ...before, wal }, about), about).toBe(
        intact < WAL_HEADER_BYTES ? CHECKPOINTED : entriesWithin(intact),
      );
    }
  });

  it('that turned a bit of the log has every whole entry before it', async () => {
    for (let run = 0; run < 30; run++) {
      const wal = Buffer.from(walOf(before));
      const at = run < 8 ? placeBefore(WAL_HEADER_BYTES) : placeBefore(wal.length);
      wal[at] = (wal[at] ?? 0) ^ (1 << placeBefore(8));
      const about = `seed ${SEED}, bit turned at ${at}`;
      const count = at < WAL_HEADER_BYTES ? CHECKPOINTED : entriesWithin(at);
      expect(await entriesAfter({ ...before, wal }, about), about).toBe(count);
    }
  });

  it('that took the log, its index, or both has what was checkpointed, and all of it while the log is there', async () => {
    const { shm } = before;
    const garbage = Buffer.alloc(32_768, 0xa5);
    expect(await entriesAfter({ ...before, shm: undefined }, 'no index')).toBe(WRITTEN);
    expect(await entriesAfter({ ...before, shm: garbage }, 'index of garbage')).toBe(WRITTEN);
    expect(await entriesAfter({ ...before, shm: shm?.subarray(0, 100) }, 'short index')).toBe(WRITTEN);
    expect(await entriesAfter({ ...before, wal: undefined }, 'no log')).toBe(CHECKPOINTED);
    expect(await entriesAfter({ ...before, wal: undefined, shm: undefined }, 'neither')).toBe(CHECKPOINTED);
    expect(await entriesAfter({ ...after, wal: undefined, shm: undefined }, 'checkpointed')).toBe(WRITTEN);
  });

  it('in the middle of a checkpoint has everything: sectors are old or new, the log is whole', async () => {
    expect(after.main.length).toBeGreaterThan(before.main.length);
    for (let run = 0; run < 15; run++) {
      const main = Buffer.from(after.main);
      for (let at = 0; at < before.main.length; at += 512)
        if (random.uniform() < 0.5) before.main.copy(main, at, at, at + 512);
      const length =
        run % 2 ? main.length : before.main.length + placeBefore(main.length - before.main.length);
      const about = `seed ${SEED}, checkpoint ${run}`;
      const torn = { main: main.subarray(0, length), wal: before.wal, shm: undefined };
      expect(await entriesAfter(torn, about), about).toBe(WRITTEN);
    }
  });
});

it('a log that began anew over an older one is cut short without a trace of the older', async () => {
  const file = join(folder, 'wrapped.sqlite');
  const store = sqliteStateStore({ file, durability: 'full' });
  const sizeOf = () => statSync(`${file}-wal`).size;
  let written = 0;
  let bytes = -1;
  // It grows until SQLite has checkpointed it, then the next entry lies at its beginning again.
  for (; written === 0 || sizeOf() > bytes; written++) {
    bytes = written === 0 ? -1 : sizeOf();
    await writeEntry(store, written + 1);
  }
  const checkpointed = written - 1;
  for (let more = 0; more < 10; more++) await writeEntry(store, ++written);
  const disk = diskOf(file);
  store.close();

  const random = randomOf(SEED, 'wrapped');
  const wal = disk.wal ?? Buffer.of();
  let last = checkpointed;
  for (const length of Array.from({ length: 12 }, () => Math.floor(random.uniform() * 400_000)).sort(
    ascending,
  )) {
    const about = `seed ${SEED}, log of ${length} bytes`;
    const count = await entriesAfter({ ...disk, wal: wal.subarray(0, length), shm: undefined }, about);
    expect(count, about).toBeGreaterThanOrEqual(last);
    last = count;
  }
  expect(last).toBeGreaterThan(checkpointed + 5);
  expect(await entriesAfter({ ...disk, wal: undefined, shm: undefined }, 'no log')).toBe(checkpointed);
  expect(await entriesAfter({ ...disk, shm: undefined }, 'whole log')).toBe(written);
});
