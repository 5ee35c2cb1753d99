import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../cli/context.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, runCli, spawnCli, temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
let cwd = '';
let runs = 0;
beforeEach(() => {
  cwd = join(folder, `work-${runs++}`);
  mkdirSync(cwd);
  vi.spyOn(process, 'cwd').mockReturnValue(cwd);
  // As where nobody set anything: not even an empty variable, which would hide .env.
  for (const name of ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET', 'LOG_LEVEL', 'HOT_CRYPTO_DATA'])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

function envFile(text: string, mode = 0o600): void {
  writeFileSync(join(cwd, '.env'), text);
  chmodSync(join(cwd, '.env'), mode);
}

const once = ['start', '--once', '--source', 'synthetic'];

describe('the data folder', () => {
  it('is that of HOT_CRYPTO_DATA, from the environment or from .env, unless --data names one', async () => {
    const [first, second, third] = ['first', 'second', 'third'].map((name) => join(cwd, name));
    envFile(`HOT_CRYPTO_DATA=${first}\n`, 0o644);
    expect((await runCli(...once)).stdout).toContain(`state in ${first};`);
    vi.stubEnv('LOG_LEVEL', undefined);
    vi.stubEnv('HOT_CRYPTO_DATA', second);
    expect((await runCli(...once)).stdout).toContain(`state in ${second};`);
    vi.stubEnv('HOT_CRYPTO_DATA', second);
    expect((await runCli(...once, '--data', third ?? '')).stdout).toContain(`state in ${third};`);
  });
});

describe('.env that others may read', () => {
  const verbs = [
    ['start', '--once', '--source', 'synthetic'],
    ['status'],
    ['why', 'BTC/USD'],
    ['candles', 'list'],
    ['candles', 'fetch', 'BTC/USD', '4h'],
    ['candles', 'import', 'x.csv'],
    ['replay', '--from', '2025-01-01', '--to', '2025-01-02'],
    ['backtest', '--from', '2025-01-01', '--to', '2025-01-02'],
    ['parity', '--from', '2025-01-01', '--to', '2025-01-02'],
  ];

  it.each(verbs)(
    'is refused by %s %s, with file, mode and remedy, without what is in it',
    async (...verb) => {
      envFile('EXCHANGE_API_SECRET=sword-fish\n', 0o644);
      const data = join(cwd, 'data');
      expect(await runCli(...verb.filter((word) => word !== undefined), '--data', data)).toEqual({
        code: 1,
        stdout: '',
        stderr:
          `config-invalid: The file '${join(cwd, '.env')}' holds EXCHANGE_API_SECRET, and others than you may ` +
          'use it (mode 0644).\n  → Run `chmod 600 .env` there.\n',
      });
      expect(filesIn(data)).toEqual({});
    },
  );

  it('does not keep anybody from reading the help', async () => {
    envFile('EXCHANGE_API_SECRET=sword-fish\n', 0o644);
    expect((await runCli('start', '--help')).code).toBe(0);
  });

  it('is a FAIL of doctor, which goes on', async () => {
    envFile('EXCHANGE_API_SECRET=sword-fish\n', 0o644);
    const { code, stdout } = await runCli('doctor', '--data', join(cwd, 'data'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}\.env +The file '.*\n {6}→ Run `chmod 600 \.env` there\.$/m);
    expect(stdout).toContain('\naccounts\n');
  });
});

describe('key and secret', () => {
  const secrets = 'EXCHANGE_API_KEY=key-of-mine\nEXCHANGE_API_SECRET=sword-fish\n';

  it('are said to be set or not, and shown nowhere', async () => {
    envFile(secrets);
    vi.stubEnv('EXCHANGE_API_KEY', 'key-of-mine');
    const told = await runCli('doctor', '--data', join(cwd, 'data'));
    expect(told.stdout).toMatch(
      /^ok {4}EXCHANGE_API_KEY +set, from environment; keys are not used on paper\nok {4}EXCHANGE_API_SECRET +set, from \.env; keys are not used on paper$/m,
    );
    vi.stubEnv('EXCHANGE_API_KEY', undefined);
    vi.stubEnv('LOG_LEVEL', 'debug');
    const json = await runCli('doctor', '--json', '--data', join(cwd, 'data'));
    expect(JSON.stringify([told, json])).not.toMatch(/sword-fish|key-of-mine/);
  });

  it('are in no state, in no config hash and not in the environment of child processes', async () => {
    const before = openWorkspace({ data: cwd }).configHash;
    envFile(secrets);
    const data = join(cwd, 'data');
    const { code, stdout, stderr } = await runCli(...once, '--json', '--data', data);
    expect(code).toBe(0);
    const kept = Object.values(filesIn(data)).map((text) => Buffer.from(text, 'base64').toString('latin1'));
    expect(kept.length).toBeGreaterThan(0);
    expect([stdout, stderr, ...kept].join()).not.toMatch(/sword-fish|key-of-mine/);
    expect(openWorkspace({ data: cwd }).configHash).toBe(before);
    expect(Object.values(process.env)).not.toContain('sword-fish');
  });

  it('under a misspelt name are warned of', async () => {
    envFile('EXCHANGE_API_SECRT=sword-fish\n');
    const { stdout } = await runCli('doctor', '--data', join(cwd, 'data'));
    expect(stdout).toMatch(
      /^warn {2}\.env +'EXCHANGE_API_SECRT' is not read; did you mean 'EXCHANGE_API_SECRET'\?$/m,
    );
    expect(stdout).not.toContain('sword-fish');
  });
});

describe('LOG_LEVEL', () => {
  /** What is said on stderr: remarks of `start` when Kraken cannot be reached, and an error. */
  async function said(level: string | undefined) {
    vi.stubEnv('LOG_LEVEL', level);
    const remark = await runCli('start', '--once', '--data', join(cwd, 'data'));
    vi.stubEnv('LOG_LEVEL', level);
    const error = await runCli('why', 'SOL/USD', '--data', join(cwd, 'data'));
    return [remark.stderr.includes('Kraken cannot be reached'), error.stderr.startsWith('not-found: ')];
  }

  it.each([undefined, 'info', 'warn', 'debug'])('%s says remarks and errors', async (level) => {
    expect(await said(level)).toEqual([true, true]);
  });

  it('error says errors only', async () => {
    expect(await said('error')).toEqual([false, true]);
  });

  it('debug says what was fetched and how long it took', async () => {
    const server = await krakenPublic({ 'XXBTZUSD/60': barsOf('1h', '0:10 1:11 2:12') });
    const fetched = async (level: string) => {
      vi.stubEnv('LOG_LEVEL', level);
      vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
      const words = ['candles', 'fetch', 'BTC', '1h', '--from', '2024-01-01', '--data', join(cwd, 'data')];
      return (await runCli(...words)).stderr;
    };
    expect(await fetched('info')).toBe('');
    expect(await fetched('debug')).toMatch(/^kraken-api: 2 1h candles of BTC\/USD in \d+ ms\n$/);
    await server.close();
  });

  it('that is none is wrong use, of every verb', async () => {
    for (const verb of [['status'], ['doctor'], once]) {
      vi.stubEnv('LOG_LEVEL', 'loud');
      expect(await runCli(...verb, '--data', join(cwd, 'data'))).toEqual({
        code: 2,
        stdout: '',
        stderr: "usage: LOG_LEVEL 'loud' is none.\n  → Use one of error, warn, info, debug.\n",
      });
    }
  });
});

it('a process reads .env of the folder that it is started in', async () => {
  vi.restoreAllMocks();
  envFile('HOT_CRYPTO_DATA=here\n', 0o644);
  const environment = { HOT_CRYPTO_DATA: undefined, LOG_LEVEL: undefined };
  const { code, stdout } = await spawnCli(once, environment, cwd);
  expect(code).toBe(0);
  expect(stdout).toContain('state in here;');
  expect(Object.keys(filesIn(join(cwd, 'here')))).toContain('accounts/paper-synthetic.sqlite');
});
