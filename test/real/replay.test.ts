import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import { stateOf } from '../helpers/account-state.ts';
import { spawnCli, startCli } from '../helpers/cli.ts';
import { hasReference } from '../helpers/reference.ts';
import { importKraken, SPAN, STRESS } from './kraken-data.ts';

const KILLS = 10;
/** Ticks of the span: six a day on 549 days, and the last midnight. */
const TICKS = 549 * 6 + 1;

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
const data = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const replayOn = (name: string, ...more: readonly string[]) =>
  ['replay', ...SPAN, '--json', '--config', STRESS, '--data', data(name), ...more] as const;

const openState = (name: string, account: string) =>
  sqliteStateStore({ file: join(data(name), 'accounts', `${account}.sqlite`), durability: 'relaxed' });

async function stored(
  name: string,
  { account, fromMs, toMs }: { account: string; fromMs: number; toMs: number },
) {
  const store = openState(name, account);
  const state = await stateOf(store, { account, fromMs, toMs });
  store.close();
  return state;
}

/** How many ticks the replay in a folder has decided; 0 while there is none. */
async function ticksDone(name: string): Promise<number> {
  const accounts = join(data(name), 'accounts');
  const file = existsSync(accounts)
    ? readdirSync(accounts).find((one) => one.endsWith('.sqlite'))
    : undefined;
  if (file === undefined) return 0;
  const account = file.replace('.sqlite', '');
  const store = openState(name, account);
  const head = await store.get({ pk: `ACCOUNT#${account}`, sk: 'HEAD' });
  store.close();
  const [begin, last] = [head?.body['createdMs'], head?.body['lastTickMs']];
  return typeof last === 'number' ? (last - Number(begin)) / 14_400_000 + 1 : 0;
}

describe.skipIf(!hasReference('data/SOURCES.md'))(
  'a replay of Kraken BTC and ETH, 2024-07 to 2025-12',
  () => {
    let first: Awaited<ReturnType<typeof spawnCli>>;

    beforeAll(async () => {
      await importKraken(data('whole'));
      cpSync(data('whole'), data('killed'), { recursive: true });
      first = await spawnCli(replayOn('whole'));
    });

    it('ends well, with trades', () => {
      expect([first.code, first.stderr]).toEqual([0, '']);
      expect(JSON.parse(first.stdout).positions.length).toBeGreaterThan(50);
    });

    it('gives the same bytes when it is asked for again, and from the beginning', async () => {
      expect(await spawnCli(replayOn('whole'))).toEqual(first);
      expect(await spawnCli(replayOn('whole', '--fresh'))).toEqual(first);
    });

    it('killed ten times on its way ends with the same bytes and the same state', async () => {
      const random = randomOf(1, 'kills');
      const stops: number[] = [];
      while (stops.length < KILLS) {
        // Somewhere in the next tenth of the way, at any moment of a tick.
        const target = Math.floor(((stops.length + random.uniform()) / KILLS) * (TICKS - 100));
        const { child, ended } = startCli(replayOn('killed'));
        while (child.exitCode === null && (await ticksDone('killed')) < target) await pause(1);
        await pause(5 * random.uniform());
        child.kill('SIGKILL');
        expect(await ended).toEqual({ code: 'SIGKILL', stdout: '', stderr: '' });
        stops.push(await ticksDone('killed'));
      }
      console.log(`killed after ticks ${stops.join(', ')} of ${TICKS}`);
      expect(stops.filter((ticks) => ticks > 0 && ticks < TICKS).length).toBeGreaterThan(KILLS - 2);
      expect(await spawnCli(replayOn('killed'))).toEqual(first);
      const report = JSON.parse(first.stdout);
      expect(await stored('killed', report)).toEqual(await stored('whole', report));
    });
  },
);

if (!hasReference('data/SOURCES.md'))
  console.log('test/real/replay: skipped, the reference folder is absent (REFERENCE_DIR)');
