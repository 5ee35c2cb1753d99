import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { openAccount } from '../../shared/app/account.ts';
import { keys } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { runCli, startCli, temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('start on a machine whose clock was set back says so: once it fails, else it goes on and says it once', async () => {
  const account = 'paper-kraken';
  const nextMs = (Math.floor(Date.now() / (4 * HOUR_MS)) + 2) * 4 * HOUR_MS;
  const store = sqliteStateStore({ file: join(folder, `accounts/${account}.sqlite`), durability: 'full' });
  await openAccount(store, { account, source: 'kraken-api', capital: unitsOf('10000'), createdMs: 0 });
  const head = await store.get(keys.head(account));
  const body = { ...head?.body, lastTickMs: nextMs };
  await store.transact([{ kind: 'put', ...keys.head(account), expect: 1, body }]);
  store.close();
  const server = await krakenPublic({});
  vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
  const told =
    /^clock-behind: The clock says 20\d\d-.* UTC, but the account 'paper-kraken' has come to 20\d\d-.* UTC\. ?\n? *(→ )?Nothing is watched until then: set this machine's clock right\./m;
  try {
    const once = await runCli('start', '--once', '--source', 'kraken', '--data', folder);
    expect([once.code, once.stdout.includes('waits')]).toEqual([1, false]);
    expect(once.stderr).toMatch(told);

    const words = ['start', '--source', 'kraken', '--data', folder];
    const { child, ended } = startCli(words, { HOT_CRYPTO_KRAKEN_URL: server.baseUrl });
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('clock-behind')) child.kill('SIGINT');
    });
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(told);
    expect(stdout).toMatch(/^Stopped\. Equity 10,000\.00 USD, 0 open\./m);
  } finally {
    vi.unstubAllEnvs();
    await server.close();
  }
});
