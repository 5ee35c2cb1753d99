import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, type FakeCloud, fakeCloud } from '../helpers/cloud.ts';
import { moveToCloud } from '../helpers/cloud-account.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';
import { tamperWithDecision } from '../helpers/tamper.ts';

const { folder, remove } = temporaryFolder();
const data = join(folder, 'data');
const stress = join(import.meta.dirname, '../../examples/stress.yaml');
const day = ['--from', '2025-01-01', '--to', '2025-01-01', '--exec', '4h', '--config', stress];
let files: readonly string[];
let account: string;
beforeAll(async () => {
  files = writeMadeUpFiles(folder);
  await runCli('candles', 'import', ...files, '--data', data);
  ({ account } = (await jsonOf('replay', ...day, '--data', data)) as { account: string });
  // The same market, at its first two ticks.
  for (let ticks = 0; ticks < 2; ticks++)
    await runCli('start', '--once', '--source', 'synthetic', '--config', stress, '--data', data);
});
afterAll(remove);

/** A copy of the data folder, whose first decision of the replayed account is then another. */
function copied(name: string, change: Readonly<Record<string, unknown>> = {}): string {
  const copy = join(folder, name);
  cpSync(data, copy, { recursive: true });
  tamperWithDecision(join(copy, 'accounts', `${account}.sqlite`), change);
  return copy;
}
const first = ['why', 'BTC', '2025-01-01', '--replay'];
const ofReplay = (from: string) => [...first, '--account', account, '--data', from];

describe('why --replay', () => {
  it.each([
    ['the made-up market', 'paper-synthetic', '2025-01-01 04:00'],
    ['stored candles', '', '2025-01-01 16:00'],
  ])('finds the same bytes on %s, by the config that decided', async (_, id, time) => {
    for (const symbol of ['BTC', 'ETH']) {
      // The config in force now is the default one.
      const { code, stdout, stderr } = await runCli(
        ...['why', symbol, time, '--account', id || account, '--replay', '--data', data],
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        /\n {2}config [0-9a-f]{12}, code .*\n {2}recomputed: equal, byte for byte \(\d{4} bytes\)\n$/,
      );
    }
  });

  it('with --json gives the record and what came of it', async () => {
    const told = (await jsonOf(...ofReplay(data))) as { record: object; replay: object };
    const { stdout } = await runCli(...ofReplay(data).filter((word) => word !== '--replay'), '--json');
    expect(told.record).toEqual(JSON.parse(stdout));
    const bytes = JSON.stringify(told.record).length;
    expect(told.replay).toEqual({
      isEqual: true,
      bytes,
      recordedBy: '0.1.0',
      recomputedBy: '0.1.0',
      differences: [],
    });
  });

  it('names the fields that differ, and ends with 1', async () => {
    const planted = copied('planted', { code: 'PLANTED', regime: undefined });
    const { code, stdout, stderr } = await runCli(...ofReplay(planted));
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /\n {2}recomputed: 2 fields differ\n\nfield +recorded +recomputed\ncode +"PLANTED" +null\nregime +nothing +"[A-Z_]+"\n$/,
    );
    const json = await runCli(...ofReplay(planted), '--json');
    expect([json.code, json.stderr]).toEqual([1, '']);
    expect(JSON.parse(json.stdout).replay).toMatchObject({
      isEqual: false,
      differences: [
        { field: 'code', recorded: 'PLANTED', recomputed: null },
        { field: 'regime', recorded: null },
      ],
    });
  });

  it('says that another version decided, and compares all the same', async () => {
    const { code, stdout } = await runCli(...ofReplay(copied('older', { codeVersion: '0.0.9' })));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n {2}code 0\.0\.9 decided, code 0\.1\.0 decides again\n {2}recomputed: equal, byte for byte/,
    );
  });

  it('refuses where the candles are gone or have changed, and says which', async () => {
    const other = join(folder, 'other');
    cpSync(join(data, 'accounts'), join(other, 'accounts'), { recursive: true });
    const gone = await runCli(...ofReplay(other));
    expect([gone.code, gone.stdout]).toEqual([1, '']);
    expect(gone.stderr).toMatch(
      /^candles-changed: .*: of BTC\/USD 4h from 2024-09-03 00:00 to 2024-12-31 20:00 UTC it saw 720, and there are 0 now; of BTC\/USD 1d .*\.\n {2}→ /,
    );
    mkdirSync(join(folder, 'changed'));
    const changed = files.map((file) => {
      const lines = readFileSync(file, 'utf8').split('\n');
      // Of the newest candles that BTC decided on, one has another volume.
      const isIt = file.endsWith('BTCUSD_4h.csv');
      const told = isIt ? lines.with(4310, String(lines[4310]).replace(/[\d.]+$/, '1')) : lines;
      const copy = join(folder, 'changed', basename(file));
      writeFileSync(copy, told.join('\n'));
      return copy;
    });
    await runCli('candles', 'import', ...changed, '--data', other);
    const { stderr } = await runCli(...ofReplay(other));
    expect(stderr).toMatch(
      /^candles-changed: The candles are not those that the decision saw: of BTC\/USD 4h from 2024-09-03 00:00 to 2024-12-31 20:00 UTC some have other prices or volumes now\.\n/,
    );
  });

  it('refuses a record of an earlier version, and one whose config was not kept', async () => {
    const lacking = await runCli(...ofReplay(copied('lacking', { inputs: {} })));
    expect([lacking.code, lacking.stdout]).toEqual([1, '']);
    expect(lacking.stderr).toMatch(
      /^state-invalid: The decision about BTC\/USD of 2025-01-01 00:00 UTC cannot be computed again: its record does not tell all that was read \(inputs\.candles, /,
    );
    const unknown = await runCli(...ofReplay(copied('unknown', { config: 'abc' })));
    expect(unknown.stderr).toMatch(
      /^not-found: The config abc that this decision was made by is not stored\.\n/,
    );
  });
});

describe('why --replay --env', () => {
  let cloud: FakeCloud;
  beforeAll(async () => {
    cloud = await fakeCloud();
    await moveToCloud(data, cloud.url);
    await cloudCli(cloud.url, 'candles', 'push', '--env', 'paper', '--data', data);
  });
  afterAll(() => cloud.close());
  const why = (symbol: string) => cloudCli(cloud.url, 'why', symbol, '--replay', '--env', 'paper');

  it('reads config and candles where the account is', async () => {
    const { code, stdout, stderr } = await why('BTC');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/recomputed: equal, byte for byte \(\d+ bytes\)\n$/);
  });

  it('finds what another account had decided: its orders have other ids', async () => {
    const { code, stdout } = await why('ETH');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /recomputed: 1 field differs\n\nfield +recorded +recomputed\nentry\.clientOrderId +"/,
    );
  });
});

it('the state of an account keeps its config once, however often it decided by it', async () => {
  const store = openExistingState(openWorkspace({ data }), 'paper-synthetic');
  const items = await store.query('CONFIG#paper-synthetic');
  store.close();
  expect(items).toMatchObject([{ version: 1, body: { ensemble: { threshold: 0.45 } } }]);
});
