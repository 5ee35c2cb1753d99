import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { filesIn, jsonOf, type Outcome, runCli, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
// POSIX counts them in 512 bytes.
const KIBIBYTE_BLOCKS = 2;

/** Runs a command line that may write no file longer than this, as on a disk that is nearly full. */
function runLimited(kibibytes: number, words: readonly string[]): Promise<Outcome> {
  const script = `ulimit -f ${kibibytes * KIBIBYTE_BLOCKS}; exec "$0" "$@"`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', script, process.execPath, MAIN, ...words], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? String(error.signal)), stdout, stderr }),
    );
  });
}

it('an import whose candles may not be stored leaves those that are, and goes on where they may', async () => {
  const [hours = '', days = ''] = writeMadeUpFiles(join(folder, 'files'));
  const [data, whole] = [join(folder, 'imported'), join(folder, 'whole')];
  const words = ['candles', 'import', days, hours, '--data', data];
  const { code, stdout, stderr } = await runLimited(64, words);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^BTCUSD_1d\.csv: BTC\/USD 1d, 748 candles/);
  expect(stderr).toMatch(
    /^state-invalid: ".*timeframe=4h\/year=2023\.parquet" does not fit on the disk \(EFBIG\)\n {2}→ Free/m,
  );
  expect(Object.keys(filesIn(data)).filter((name) => !/year=20\d\d\.parquet$/.test(name))).toEqual([
    'candles/.lock',
  ]);
  expect((await jsonOf('candles', 'list', '--data', data)) as object).toMatchObject({
    series: [{ timeframe: '1d', rows: 748 }],
  });

  expect((await runCli(...words)).code).toBe(0);
  await runCli('candles', 'import', days, hours, '--data', whole);
  expect(filesIn(data)).toEqual(filesIn(whole));
});

it('a tick that may store only some of its writes is told as failed, and carried on from what it stored', async () => {
  const tick = (data: string) => ['start', '--once', '--source', 'synthetic', '--data', data];
  const statusOf = (data: string) => jsonOf('status', '--data', data);
  const whole = join(folder, 'never-limited');
  const expected = [];
  for (let ticks = 0; ticks < 3; ticks++) {
    await runCli(...tick(whole));
    expected.push(await statusOf(whole));
  }

  let failures = 0;
  // SQLite's index alone takes 32; the more room, the more of the transactions fit.
  for (const kibibytes of [8, 33, 36]) {
    const data = join(folder, `${kibibytes}`);
    const { code, stderr } = await runLimited(kibibytes, tick(data));
    if (code !== 0) {
      failures++;
      expect(code, `${kibibytes}`).toBe(1);
      expect(stderr, `${kibibytes}`).toMatch(/^state-invalid: the state file ".*" .*\n {2}→ .* space/m);
    }
    for (let ticks = 0; ticks < 2; ticks++) {
      await runCli(...tick(data));
      expect(expected, `${kibibytes}`).toContainEqual(await statusOf(data));
    }
  }
  expect(failures).toBeGreaterThan(1);
});
