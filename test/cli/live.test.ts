import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCandles } from '../../cli/context.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, jsonOf, NOWHERE, runCli, temporaryFolder } from '../helpers/cli.ts';
import { makeLiveAccount } from '../helpers/live-account.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const config = join(folder, 'live.yaml');
writeFileSync(config, `mode: live\nkraken: { baseUrl: "${NOWHERE}" }\n`);
const flag = '--i-understand-that-real-money-is-traded';
let data = '';
let runs = 0;
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
  const cwd = join(folder, `work-${runs}`);
  mkdirSync(cwd);
  vi.spyOn(process, 'cwd').mockReturnValue(cwd);
  for (const name of ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const start = (...words: readonly string[]) => runCli('start', '--once', '--data', data, ...words);

describe('real money', () => {
  it('is not traded by a config alone: what would happen is said, and how it is meant', async () => {
    expect(await start('--config', config)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `usage: The mode of the config is live: this would place orders for BTC/USD, ETH/USD with real money at ${NOWHERE}. Nothing was started.\n` +
        `  → Add ${flag}, spelled out, when you mean it; --dry-run only shows what it would decide.\n`,
    });
    expect(filesIn(data)).toEqual({});
  });

  it('is not traded by the flag alone', async () => {
    expect(await start(flag)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `usage: ${flag} is given, but the mode of the config is paper: nothing was started.\n` +
        '  → For real money name a config with mode: live, such as --config config/live.yaml; for paper leave the flag out.\n',
    });
    expect(filesIn(data)).toEqual({});
  });

  it('is not traded on the made-up market', async () => {
    const { code, stderr } = await start(flag, '--config', config, '--source', 'synthetic');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^usage: The mode of the config is live, and the SYNTHETIC market takes no real money\.\n/,
    );
  });

  it('is not traded without a key', async () => {
    const { code, stdout, stderr } = await start(flag, '--config', config);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^exchange-misconfigured: EXCHANGE_API_KEY and EXCHANGE_API_SECRET are not set: without them nothing can be traded\.\n {2}→ Write both into '.*\.env', /,
    );
    expect(filesIn(data)).toEqual({});
  });

  it('is not traded where Kraken cannot be reached', async () => {
    vi.stubEnv('EXCHANGE_API_KEY', 'key-of-mine');
    vi.stubEnv('EXCHANGE_API_SECRET', 'c3dvcmQtZmlzaA==');
    const told = await start(flag, '--config', config, '--json');
    expect([told.code, told.stdout]).toEqual([1, '']);
    expect(told.stderr).toMatch(/^fail key: .*ECONNREFUSED/);
    const kept = Object.values(filesIn(data)).map((text) => Buffer.from(text, 'base64').toString('latin1'));
    expect([told.stderr, ...kept].join()).not.toMatch(/key-of-mine|c3dvcmQtZmlzaA|sword-fish/);
  });
});

describe('doctor of a config with mode live', () => {
  const findings = async () => {
    const { code, stdout } = await runCli('doctor', '--json', '--config', config, '--data', data);
    const report = JSON.parse(stdout) as {
      mode: string;
      findings: { section: string; level: string; subject: string; text: string }[];
    };
    const live = report.findings.filter(({ section }) => section === 'live');
    return {
      code,
      mode: report.mode,
      live: live.map(({ level, subject, text }) => `${level} ${subject}: ${text}`),
    };
  };

  it('says what is missing without a key, looks at nothing more, and leaves nothing behind', async () => {
    expect(await findings()).toEqual({
      code: 1,
      mode: 'live',
      live: [
        'fail key: EXCHANGE_API_KEY and EXCHANGE_API_SECRET are not set: without them nothing can be traded.',
        'warn others: not looked at',
        'warn promotion: none: there is no account paper-kraken here',
      ],
    });
    expect(filesIn(data)).toEqual({});
  });

  it('with a key says what Kraken does not, and never the key', async () => {
    vi.stubEnv('EXCHANGE_API_KEY', 'key-of-mine');
    vi.stubEnv('EXCHANGE_API_SECRET', 'c3dvcmQtZmlzaA==');
    const { code, live } = await findings();
    expect(code).toBe(1);
    expect(live[0]).toMatch(/^fail key: .*ECONNREFUSED/);
    expect(live.join()).not.toMatch(/key-of-mine|c3dvcmQtZmlzaA/);
    expect(filesIn(data)).toEqual({});
  });
});

describe('a live account', () => {
  const why = ['--why', 'a test'];
  const told = async (...words: readonly string[]) => runCli(...words, '--data', data);

  it('is what is meant where there is a paper account, too, and is called LIVE', async () => {
    await makeLiveAccount(data);
    await runCli('start', '--once', '--source', 'synthetic', '--data', data);
    const { stdout } = await told('status');
    expect(stdout).toMatch(/^live {3}LIVE on Kraken\n/);
    expect((await told('show', 'fills')).stdout).toMatch(/^live {3}LIVE on Kraken\n/);
    expect((await told('breaker', 'halt', ...why)).stdout).toMatch(
      /^Halted: live \(LIVE: REAL MONEY\) enters nothing /,
    );
    expect((await told('status', '--account', 'paper-synthetic')).stdout).toMatch(
      /^paper-synthetic {3}PAPER on SYNTHETIC/,
    );
  });

  it('shows what lacks its stop, what is an orphan, and that nobody has allowed entries', async () => {
    await makeLiveAccount(data);
    const { stdout } = await told('status');
    expect(stdout).toMatch(
      /^UNPROTECTED BTC\/USD: more is held than stops and sales at the exchange cover$/m,
    );
    expect(stdout).toMatch(
      /^ORPHAN {5}OABCDE-12345-ABCDEF \(buy 0\.01 of BTC\/USD\) is not in the books: `breaker adopt` or `breaker ignore` it$/m,
    );
    expect(stdout).toMatch(/^TRIPPED {4}manual until somebody resets it: Never armed\.$/m);
    expect((await told('breaker', 'list')).stdout).toMatch(/^manual +TRIPPED +reset +0 +2026-01-05 12:00/m);
  });

  it('is armed by a reset of what was never stored', async () => {
    await makeLiveAccount(data);
    const { stdout } = await told('breaker', 'reset', 'manual', '--version', '0', ...why);
    expect(stdout).toBe('Reset: manual of live (LIVE: REAL MONEY) allows entries again.\n');
    expect(await jsonOf('breaker', 'list', '--data', data)).toMatchObject({
      breakers: [{ scope: 'manual', state: 'closed', version: 1 }],
      requests: [{ what: 'reset manual' }],
    });
  });

  it.each(['adopt', 'ignore'])('is told to %s an orphan', async (verb) => {
    await makeLiveAccount(data);
    const order = 'OABCDE-12345-ABCDEF';
    expect((await told('breaker', verb, order, ...why)).stdout).toMatch(
      new RegExp(
        `^Asked of live \\(LIVE: REAL MONEY\\): ${verb} the order ${order}\\. The next watch carries it out`,
      ),
    );
    expect(await jsonOf('status', '--data', data)).toMatchObject({
      requests: [{ what: `${verb} ${order}` }],
    });
    const paper = join(folder, `paper-${verb}`);
    await runCli('start', '--once', '--source', 'synthetic', '--data', paper);
    const refused = await runCli('breaker', verb, order, ...why, '--data', paper);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "usage: The account 'paper-synthetic' trades on paper: no order of it can be an orphan.\n  → Orphans are found at Kraken: --account live.\n",
    ]);
  });

  it('shows what its fills cost over the model', async () => {
    const atMs = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
    await makeLiveAccount(data, { atMs });
    // Bought at 100,000 where the minute opened at 99,900: the model buys at 99,900 × 1.0003 = 99,929.97, so at 99,930.
    // 70 more is 7.005 bps; for 0.01 BTC 0.70 USD, and the fee was 4 where the model has 0.004 × 999.30 = 3.9972.
    await openCandles({ dataFolder: data }, 'kraken').append({
      symbol: 'BTC/USD',
      timeframe: '1m',
      candles: barsOf('1m', '0:99900', atMs),
      provenance: { source: 'csv', name: 'test' },
    });
    expect(await jsonOf('show', 'fills', '--data', data)).toMatchObject({
      fills: [{ modelPrice: '99930', overModelBps: expect.closeTo(7.005, 3), overModel: '0.7028' }],
    });
    const { stdout } = await told('status');
    expect(stdout).toMatch(
      /^model {6}over it: entries 7\.0 bps \(median of 1, 0\.70 USD with fees\), no exits; 90 days$/m,
    );
  });
});
