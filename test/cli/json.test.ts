import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { readResults } from '../../shared/app/results.ts';
import { barsOf } from '../helpers/bars.ts';
import { onlyStrategies } from '../helpers/chosen-strategies.ts';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, fakeCloud } from '../helpers/cloud.ts';
import { moveToCloud } from '../helpers/cloud-account.ts';
import { documented, expectDocumented, leavesOf } from '../helpers/json-page.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';
import { makeLiveAccount } from '../helpers/live-account.ts';
import { makeAccount } from '../helpers/made-account.ts';
import { csvOf, writeMadeUpFiles } from '../helpers/made-up-files.ts';
import { tamperWithDecision } from '../helpers/tamper.ts';

const { folder, remove } = temporaryFolder();
const data = ['--data', join(folder, 'data')];
/** Trades at every occasion, until the drawdown halts it: then Kelly has seen more losses than gains. */
const busy = join(folder, 'busy.yaml');
const config = ['--config', busy];
const weeks = ['--from', '2025-01-01', '--to', '2025-01-28', '--exec', '4h', ...config, ...data];
const day = ['--from', '2025-01-01', '--to', '2025-01-01', '--exec', '4h', ...config, ...data];
const early = ['--from', '2023-01-12', '--to', '2023-01-12', ...data];
let imported: unknown;
beforeAll(async () => {
  writeFileSync(
    busy,
    `ensemble: { threshold: 0.3, minSupporters: 1, minFamilies: 1 }
risk: { riskPerTrade: 0.02, cooldownMinutes: 0, dailyLossMax: off, drawdownMax: 0.03, kellyPositions: 10 }
${onlyStrategies({ turtle: '{ params: { entry: 2, exit: 1 } }', trend_ema: '{}', supertrend: '{}', mean_reversion_bb: '{}' })}`,
  );
  imported = await jsonOf('candles', 'import', ...writeMadeUpFiles(folder), ...data);
});
afterAll(remove);

describe('docs/json.md names every key and type of', () => {
  it('replay and backtest', async () => {
    for (const verb of ['replay', 'backtest']) {
      const outputs = [
        await jsonOf(verb, ...weeks),
        await jsonOf(verb, ...day),
        await jsonOf(verb, ...early),
      ];
      expectDocumented('replay, backtest', outputs);
    }
  });

  it('backtest --all', async () => {
    const outputs = [await jsonOf('backtest', '--all', ...weeks), await jsonOf('backtest', '--all', ...day)];
    outputs.push(await jsonOf('backtest', '--all', ...early));
    const same = [...documented('replay, backtest')].map(
      ([key, type]) => [`results[].${key}`, type] as const,
    );
    expectDocumented('backtest --all', outputs, new Map(same));
  });

  it('parity, which ends with 1 when there is a difference', async () => {
    const outputs = [await jsonOf('parity', ...weeks), await jsonOf('parity', ...early)];
    const { account } = (await jsonOf('replay', ...weeks)) as { account: string };
    tamperWithDecision(join(folder, 'data/accounts', `${account}.sqlite`), { code: 'PLANTED' });
    const { code, stdout, stderr } = await runCli('parity', ...weeks, '--json');
    expect([code, stderr]).toEqual([1, '']);
    const planted = JSON.parse(stdout);
    expect(planted.differences).toEqual([
      {
        kind: 'decision',
        at: '2025-01-01T00:00:00.000Z BTC/USD',
        field: 'code',
        engine: null,
        replay: 'PLANTED',
      },
    ]);
    expectDocumented('parity', [...outputs, planted]);
    const told = await runCli('parity', ...weeks);
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/^decision {2}2025-01-01T00:00:00\.000Z BTC\/USD {2}code +null +"PLANTED"$/m);
    expect((await runCli('parity', ...weeks, '--fresh')).code).toBe(0);
  });

  it('decisions, of start, why and replays', async () => {
    const start = ['start', '--source', 'synthetic', ...data];
    const dry = await jsonOf(...start, '--dry-run');
    expectDocumented('start --dry-run', [dry]);
    const whole = await jsonOf(...start, '--once');
    expectDocumented('start', [whole]);
    const { account } = (await jsonOf('replay', ...weeks)) as { account: string };
    const store = openExistingState(openWorkspace({ data: join(folder, 'data') }), account);
    const { decisions } = await readResults(store, account, {
      fromMs: Date.UTC(2025, 0),
      toMs: Date.UTC(2025, 1),
    });
    store.close();
    const told = [dry, whole].flatMap((one) => (one as { decisions: unknown[] }).decisions);
    const why = await jsonOf('why', 'BTC', '--account', account, ...data);
    expectDocumented('A decision', [...decisions, ...told, why]);
  });

  it('why --replay', async () => {
    const { account } = (await jsonOf('replay', ...weeks)) as { account: string };
    const again = ['why', 'BTC', '2025-01-01', '--replay', '--account', account, ...data];
    const equal = await jsonOf(...again);
    const own = join(folder, 'again');
    cpSync(join(folder, 'data'), own, { recursive: true });
    tamperWithDecision(join(own, 'accounts', `${account}.sqlite`), { code: 'PLANTED' });
    const { code, stdout } = await runCli(...again, '--data', own, '--json');
    expect(code).toBe(1);
    expectDocumented('why --replay', [equal, JSON.parse(stdout)]);
  });

  it('status, breaker, capital and close', async () => {
    const { account } = (await jsonOf('replay', ...weeks)) as { account: string };
    const closed = await jsonOf('status', '--account', account, ...config, ...data);
    const today = (await jsonOf('replay', ...day)) as { account: string };
    const held = await jsonOf('status', '--account', today.account, ...config, ...data);
    const positions = [{ isStopResting: false, isLeaving: 'SIGNAL' }, { isStopResting: true }];
    expect(held).toMatchObject({ mode: 'replay', positions });

    const why = ['--why', 'a test', '--account', 'paper-synthetic', ...data];
    await jsonOf('start', '--once', '--source', 'synthetic', ...data);
    const tripped = [
      await jsonOf('breaker', 'trip', 'losses', ...why),
      await jsonOf('breaker', 'halt', '--flatten', ...why),
      await jsonOf('breaker', 'reset', 'losses', '--version', '1', ...why),
    ];
    expectDocumented('breaker trip, breaker reset, breaker halt', tripped);
    const asked = [
      await jsonOf('capital', 'add', '100', ...why),
      await jsonOf('capital', 'remove', '100', ...why),
      await jsonOf('close', 'BTC', ...why),
    ];
    expectDocumented('capital add, capital remove, close', asked);
    expectDocumented('breaker list', [await jsonOf('breaker', 'list', ...data)]);
    const paper = await jsonOf('status', '--account', 'paper-synthetic', ...data);
    await jsonOf('start', '--once', '--source', 'synthetic', ...data);
    const done = await jsonOf('status', '--account', 'paper-synthetic', ...data);
    await makeLiveAccount(join(folder, 'data'));
    const live = await jsonOf('status', '--account', 'live', ...data);
    // As it is in the cloud, which the next but one test looks at.
    const environment = { name: 'paper', region: 'eu-central-1', accountId: '1', ticksOverdue: 0 };
    expectDocumented('status', [closed, held, paper, live, { ...(done as object), environment }]);
  });

  it('show', async () => {
    const { account } = (await jsonOf('replay', ...weeks)) as { account: string };
    const today = (await jsonOf('replay', ...day)) as { account: string };
    const of = (one: string) => ['--account', one, ...config, ...data];
    for (const table of ['positions', 'orders', 'fills', 'equity']) {
      const outputs = [
        await jsonOf('show', table, ...of(account)),
        await jsonOf('show', table, ...of(today.account)),
      ];
      expectDocumented(`show ${table}`, outputs);
    }
    const [createdMs, lastTickMs] = [Date.UTC(2025, 0), Date.UTC(2025, 5)];
    const marks = [9000, 10_100, 9900].map((usd, i) => [Date.UTC(2025, 1 + i), `${usd}`, `${usd}`] as const);
    const made = { account: 'replay-made', createdMs, lastTickMs, capital: '10000', marks };
    await makeAccount(join(folder, 'data'), made);
    expectDocumented('show performance', [
      await jsonOf('show', 'performance', ...of(account)),
      await jsonOf('show', 'performance', ...of(account), '--to', '2024-12-31'),
      await jsonOf('show', 'performance', ...of('replay-made')),
    ]);
  });

  it('candles', async () => {
    expectDocumented('candles import', [imported]);
    const holed = join(folder, 'SOLUSD_1h.csv');
    writeFileSync(holed, csvOf(barsOf('1h', '0:10 1:11 20:12')));
    await runCli('candles', 'import', holed, ...data);
    expectDocumented('candles list', [await jsonOf('candles', 'list', ...data)]);
    const server = await krakenPublic({ 'XXBTZUSD/60': barsOf('1h', '0:10 1:11 2:12') });
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    const fetched = await jsonOf('candles', 'fetch', 'BTC', '1h', '--from', '2024-01-01', ...data);
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    const nothing = await jsonOf('candles', 'fetch', 'BTC', '1h', ...data);
    await server.close();
    expectDocumented('candles fetch', [fetched, nothing]);
    expect(nothing).toMatchObject({ firstMs: null });
  });

  it('what is asked of a deployed environment', async () => {
    const own = join(folder, 'cloud');
    await runCli('start', '--once', '--source', 'synthetic', '--data', own);
    const file = join(folder, 'ETHUSD_1h.csv');
    writeFileSync(file, csvOf(barsOf('1h', '0:10 1:11')));
    await runCli('candles', 'import', file, '--data', own);
    const cloud = await fakeCloud();
    await moveToCloud(own, cloud.url);
    const ask = async (...words: string[]) =>
      JSON.parse((await cloudCli(cloud.url, ...words, '--env', 'paper', '--json')).stdout);
    const told = await ask('status');
    const local = await jsonOf('status', '--data', own);
    expect(Object.keys(told)).toEqual(Object.keys(local as object));
    const place = ['name', 'region', 'accountId', 'ticksOverdue'].map((key) => `environment.${key}`);
    expect(leavesOf(told.environment, 'environment').map(([path]) => path)).toEqual(place);
    for (const key of place) expect(documented('status').has(key)).toBe(true);

    const same = await ask('candles', 'push', '--data', own);
    writeFileSync(file, csvOf(barsOf('1h', '0:10 1:12')));
    const other = join(folder, 'cloud-other');
    await runCli('candles', 'import', file, '--data', other);
    expectDocumented('candles push', [same, await ask('candles', 'push', '--data', other)]);
    expectDocumented('doctor --env', [await ask('doctor')]);
    const listed = await ask('candles', 'list');
    expect(listed.series).toMatchObject([{ venue: 'kraken', symbol: 'ETH/USD', rows: 2 }]);
    await cloud.close();
  });

  it('doctor', async () => {
    const own = join(folder, 'doctor');
    // Yesterday, with a hole of twenty bars: in the lookback of a decision on 1h candles.
    const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 48 * 3_600_000;
    const holed = join(folder, 'BTCUSD_1h.csv');
    writeFileSync(holed, csvOf(barsOf('1h', '0:10 1:11 22:12', startMs)));
    await runCli('candles', 'import', holed, '--data', own);
    await runCli('start', '--once', '--source', 'synthetic', '--data', own);
    writeFileSync(join(own, 'accounts/replay-broken.sqlite'), 'no database');
    const config = join(folder, 'hourly.yaml');
    writeFileSync(config, 'strategies: { turtle: { timeframes: [1h] } }\n');
    const away = await jsonOf('doctor', '--config', config, '--data', own);
    const server = await krakenPublic({});
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    const reached = await jsonOf('doctor', '--config', config, '--data', own);
    await server.close();
    expectDocumented('doctor', [away, reached]);
    expect(away).toMatchObject({ clock: { offsetMs: null } });
  });
});
