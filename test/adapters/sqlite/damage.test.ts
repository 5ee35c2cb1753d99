import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../../shared/adapters/sqlite/state-store.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { randomOf } from '../../../shared/core/market/random.ts';
import { wholeEntries, writeEntry } from '../../helpers/entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'damage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 1;
const ENTRIES = 12;

let files = 0;
const fileOf = (bytes: Uint8Array) => {
  const file = join(folder, `${files++}.sqlite`);
  writeFileSync(file, bytes);
  return file;
};
const open = (file: string) => sqliteStateStore({ file, durability: 'relaxed' });

/** The AppError that `work` ends with. */
async function refusal(work: () => unknown): Promise<AppError> {
  const error = await Promise.resolve()
    .then(work)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/**
 * Opens damaged bytes and uses them. Either they are refused, by name, with a remedy and left as they are, or
 * everything in them is as it was.
 */
async function isRefused(bytes: Uint8Array, about: string, isWriting = true): Promise<boolean> {
  const file = fileOf(bytes);
  try {
    const store = open(file);
    try {
      expect(await wholeEntries(store), about).toBe(ENTRIES);
      if (isWriting) expect(await writeEntry(store, ENTRIES + 1), about).toBe(true);
    } finally {
      store.close();
    }
    return false;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw new Error(about, { cause });
    expect([cause.code, cause.message], about).toEqual([
      'state-invalid',
      expect.stringContaining(`"${file}"`),
    ]);
    expect(cause.message, about).not.toContain('\n');
    expect(cause.hint, about).toMatch(/^Nothing was (changed|repaired)\. |^Give yourself the right/);
    expect(Buffer.compare(readFileSync(file), bytes), about).toBe(0);
    return true;
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  }
}

let whole: Buffer;
beforeAll(async () => {
  const file = join(folder, 'whole.sqlite');
  const store = open(file);
  for (let n = 1; n <= ENTRIES; n++) await writeEntry(store, n);
  store.close();
  whole = readFileSync(file);
});

describe('a damaged state file is refused or as good as whole, when', () => {
  it('a byte of it is another', async () => {
    const random = randomOf(SEED, 'bytes');
    let refused = 0;
    for (let run = 0; run < 400; run++) {
      const bytes = Buffer.from(whole);
      // The header of the file, whose every byte says something, is a fortieth of it.
      const at = Math.floor(random.uniform() * (run % 5 ? whole.length : 100));
      bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(random.uniform() * 255));
      if (await isRefused(bytes, `seed ${SEED}, run ${run}, byte ${at}`, run % 5 === 0)) refused++;
    }
    // The rest lies in what is not used.
    expect(refused).toBeGreaterThan(150);
  });

  it('sectors of it are zeros or garbage', async () => {
    const random = randomOf(SEED, 'sectors');
    for (let run = 0; run < 150; run++) {
      const bytes = Buffer.from(whole);
      const sector = 512 * 8 ** (run % 2);
      const from = sector * Math.floor(random.uniform() * (whole.length / sector));
      const isZero = random.uniform() < 0.5;
      for (let at = from; at < from + sector; at++) bytes[at] = isZero ? 0 : random.uniform() * 256;
      await isRefused(bytes, `seed ${SEED}, run ${run}, ${sector} bytes from ${from}`);
    }
  });

  it('a page counts one item less than it has', async () => {
    let pages = 0;
    for (let page = 4096; page < whole.length; page += 4096) {
      // The first byte of a page of items is 2 or 10, the fourth and fifth count them.
      if (![2, 10].includes(whole[page] ?? 0)) continue;
      const bytes = Buffer.from(whole);
      bytes.writeUInt16BE(bytes.readUInt16BE(page + 3) - 1, page + 3);
      expect(await isRefused(bytes, `page at ${page}`), `page at ${page}`).toBe(true);
      pages++;
    }
    expect(pages).toBeGreaterThan(1);
  });

  it('it was cut off', async () => {
    const random = randomOf(SEED, 'cuts');
    // SQLite reads what is missing of the last page as zeros; some of it may have been just that.
    const within = whole.length - 4096;
    const lengths = Array.from({ length: 60 }, () => Math.floor(random.uniform() * within));
    for (const length of [0, 1, 15, 16, 99, 100, 4095, 4096, 8192, within, ...lengths])
      expect(await isRefused(whole.subarray(0, length), `${length} bytes`), `${length} bytes`).toBe(true);
    for (let missing = 1; missing < 4096; missing += 97)
      await isRefused(whole.subarray(0, whole.length - missing), `${missing} bytes less`);
  });
});

describe('a state file', () => {
  it('that is empty is refused, and the log beside it stays: SQLite would remove it', async () => {
    const file = fileOf(Buffer.of());
    writeFileSync(`${file}-wal`, 'the last confirmed transactions');
    const { code, message, hint } = await refusal(() => open(file));
    expect(code).toBe('state-invalid');
    expect(message).toBe(`the state file "${file}" is empty: its content is lost`);
    expect(hint).toContain('-wal');
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}-wal`, 'utf8')]).toEqual([
      '',
      'the last confirmed transactions',
    ]);
  });

  it('that is refused keeps what its log held', async () => {
    const file = join(folder, 'logged.sqlite');
    const store = open(file);
    const log = new DatabaseSync(file);
    for (let n = 1; n < 40; n++) await writeEntry(store, n);
    log.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await writeEntry(store, 40);
    const [main, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
    log.close();
    store.close();

    // The log holds the last entry alone, on other pages.
    const spoilt = fileOf(main);
    const spell = (from: string, to: string) => {
      const spelling = new DatabaseSync(spoilt);
      spelling.exec(`UPDATE items SET body = replace(body, '${from}', '${to}') WHERE sk = '000000005'`);
      spelling.close();
    };
    spell('"n":5', '"n":6');
    writeFileSync(`${spoilt}-wal`, wal);
    const { message } = await refusal(() => open(spoilt));
    expect(message).toMatch(/ is damaged \(in the item "(LEFT|RIGHT) \/ 000000005"\)$/);
    spell('"n":6', '"n":5');
    const mended = open(spoilt);
    expect(await wholeEntries(mended)).toBe(40);
    mended.close();
  });

  it('names the item that was changed behind its back, if only when it is read', async () => {
    const file = fileOf(whole);
    const store = open(file);
    const other = new DatabaseSync(file);
    other.exec("UPDATE items SET body = replace(body, '7', '8') WHERE pk = 'LEFT' AND sk = '000000007'");
    other.exec("UPDATE items SET version = 9 WHERE pk = 'RIGHT' AND sk = '000000005'");
    other.close();
    const damage = `the state file "${file}" is damaged (in the item`;
    const left = { pk: 'LEFT', sk: '000000007' };
    expect((await refusal(() => store.get(left))).message).toBe(`${damage} "LEFT / 000000007")`);
    expect((await refusal(() => store.query('RIGHT'))).message).toBe(`${damage} "RIGHT / 000000005")`);
    const check = { kind: 'check', ...left, fields: { n: 7 } } as const;
    expect((await refusal(() => store.transact([check]))).message).toBe(`${damage} "LEFT / 000000007")`);
    expect((await store.query('LEFT', { before: '000000007' })).map(({ body }) => body['n'])).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    store.close();
    expect((await refusal(() => open(file))).message).toBe(`${damage} "LEFT / 000000007")`);
  });

  it('of the first schema number is brought to the present one with every item, and guarded from then on', async () => {
    const file = fileOf(whole);
    const first = new DatabaseSync(file);
    first.exec('ALTER TABLE items DROP COLUMN sum; PRAGMA user_version = 1');
    first.close();
    const store = open(file);
    expect(await wholeEntries(store)).toBe(ENTRIES);
    store.close();
    const other = new DatabaseSync(file);
    expect(other.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    other.exec('UPDATE items SET version = version + 1');
    other.close();
    expect((await refusal(() => open(file))).message).toContain('is damaged (in the item');
  });

  it('of the first slice gets a standing for its accounts and the time of its fills in their keys, and keeps the rest', async () => {
    const file = fileOf(whole);
    const head = { account: 'paper-kraken', capital: '10000', lastTickMs: 1 };
    const store = open(file);
    const key = { pk: 'ACCOUNT#paper-kraken', sk: 'HEAD' };
    const fill = { pk: 'FILL#paper-kraken', body: { atMs: 1_706_673_600_000 } };
    await store.transact([
      { kind: 'put', ...key, expect: 'absent', body: head },
      { kind: 'put', ...fill, sk: '0170af-id#0', expect: 'absent' },
    ]);
    store.close();
    const first = new DatabaseSync(file);
    first.exec('ALTER TABLE items DROP COLUMN sum; PRAGMA user_version = 1');
    first.close();
    const now = open(file);
    const [capital, none] = ['10000', null];
    expect(await now.query(fill.pk)).toEqual([{ ...fill, sk: '01706673600000#0170af-id#0', version: 1 }]);
    expect(await now.get(key)).toEqual({
      ...key,
      version: 1,
      body: {
        ...head,
        standing: {
          peak: capital,
          dayMs: 0,
          dayStart: capital,
          portfolioFrom: capital,
          losses: 0,
          lockedUntilMs: none,
          lastLossMs: none,
          netRs: [],
        },
      },
    });
    now.close();
  });

  it('is made whole or not at all, and no other file is left beside it', async () => {
    const own = mkdtempSync(join(folder, 'made-'));
    open(join(own, 'state.sqlite')).close();
    expect(readdirSync(own)).toEqual(['state.sqlite']);
    const made = new DatabaseSync(join(own, 'state.sqlite'), { readOnly: true });
    expect(made.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    made.close();
  });
});
