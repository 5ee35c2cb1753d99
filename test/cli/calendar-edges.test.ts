import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');
beforeAll(async () => {
  const files = writeMadeUpFiles(join(folder, 'files')).filter((file) => !file.endsWith('_15m.csv'));
  expect((await runCli('candles', 'import', ...files, '--data', data)).code).toBe(0);
});

// Six ticks a day of each of two symbols, and those of the midnight after the last day.
it.each([
  ['2024-02-28', '2024-03-02', Date.UTC(2024, 1, 28), Date.UTC(2024, 2, 3), 2 * (4 * 6 + 1)],
  ['2024-02-29', '2024-02-29', Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 1), 2 * (6 + 1)],
  ['2023-02-28', '2023-03-01', Date.UTC(2023, 1, 28), Date.UTC(2023, 2, 2), 2 * (2 * 6 + 1)],
  ['2024-12-30', '2025-01-02', Date.UTC(2024, 11, 30), Date.UTC(2025, 0, 3), 2 * (4 * 6 + 1)],
  ['2024-12-31', '2024-12-31', Date.UTC(2024, 11, 31), Date.UTC(2025, 0, 1), 2 * (6 + 1)],
])('engine and replay agree from %s to %s, both days whole', async (from, to, fromMs, toMs, decisions) => {
  expect(await jsonOf('parity', '--from', from, '--to', to, '--exec', '4h', '--data', data)).toMatchObject({
    differences: [],
    compared: { decisions },
    fromMs,
    toMs,
  });
});

it('there is no 29th of February in 2023 to begin at', async () => {
  const { code, stderr } = await runCli(
    'parity',
    '--from',
    '2023-02-29',
    '--to',
    '2023-03-01',
    '--data',
    data,
  );
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^usage: --from '2023-02-29' is not a day\b/)]);
});
