import { afterAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { filesIn, runCli, spawnCli, temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = ['--data', folder];

const common = ['--config', '--data', '--json', '--help'];
const there = ['--account', '--env', ...common];
const span = ['--from', '--to', '--exec', ...common];
const verbs: Readonly<Record<string, readonly string[]>> = {
  start: [
    '--source',
    '--once',
    '--dry-run',
    '--speed',
    '--i-understand-that-real-money-is-traded',
    ...common,
  ],
  replay: ['--fresh', ...span],
  backtest: ['--strategy', '--all', ...span],
  parity: ['--fresh', '--lookback', ...span],
  status: there,
  ...Object.fromEntries(
    ['positions', 'orders', 'fills', 'equity', 'performance'].map((table) => [
      `show ${table}`,
      ['--follow', '--csv', '--from', '--to', ...there],
    ]),
  ),
  why: ['--replay', ...there],
  doctor: ['--env', ...common],
  'candles import': ['--symbol', '--timeframe', ...common],
  'candles fetch': ['--from', ...common],
  'candles list': ['--env', ...common],
  'candles verify': ['--source', '--api', '--data', '--json', '--help'],
  'candles push': ['--env', '--symbol', '--timeframe', '--data', '--json', '--help'],
  'strategies list': ['--config', '--json', '--help'],
  'strategies show': ['--config', '--json', '--help'],
  'breaker list': there,
  'breaker trip': ['--why', ...there],
  'breaker reset': ['--version', '--why', ...there],
  'breaker halt': ['--flatten', '--why', ...there],
  'breaker adopt': ['--why', ...there],
  'breaker ignore': ['--why', ...there],
  'capital add': ['--why', ...there],
  'capital remove': ['--why', ...there],
  close: ['--why', ...there],
};
const groups = ['candles', 'strategies', 'breaker', 'capital', 'show'];

describe('help', () => {
  it.each(Object.entries(verbs))('of %s names every option, and no other', async (verb, options) => {
    const { code, stdout, stderr } = await runCli(...verb.split(' '), '--help');
    expect([code, stderr]).toEqual([0, '']);
    const named = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
    expect(named.sort()).toEqual([...options].sort());
  });

  it('of the program and of every group names every verb', async () => {
    const helps = new Map<string, string>();
    for (const words of [[], ...groups.map((group) => [group])]) {
      const { code, stdout } = await runCli(...words, '--help');
      expect(code).toBe(0);
      helps.set(words.join(''), stdout);
    }
    for (const verb of Object.keys(verbs)) {
      const [first = '', second] = verb.split(' ');
      expect(helps.get('')).toMatch(new RegExp(`^ {2}${first}\\b`, 'm'));
      if (second !== undefined) expect(helps.get(first)).toMatch(new RegExp(`^ {2}${second}\\b`, 'm'));
    }
  });

  it('is what an empty command line gets, as wrong use', async () => {
    for (const words of [[], ...groups.map((group) => [group])]) {
      const { code, stdout, stderr } = await runCli(...words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^Usage: hot-crypto/);
    }
  });
});

const days = ['--from', '2025-01-01', '--to', '2025-01-02'];

describe('wrong use ends with 2, one line of what is wrong and one of what to do:', () => {
  it.each([
    [['trade'], "error: unknown command 'trade'\n(see npx --no hot-crypto help)\n"],
    [['statsu'], "error: unknown command 'statsu'\n(Did you mean status?)\n(see npx --no hot-crypto help)\n"],
    [
      ['candles', 'lsit'],
      "error: unknown command 'lsit'\n(Did you mean list?)\n(see npx --no hot-crypto help)\n",
    ],
    [['candles', 'trade'], "error: unknown command 'trade'\n(see npx --no hot-crypto help)\n"],
    [
      ['status', '--jsn'],
      "error: unknown option '--jsn'\n(Did you mean --json?)\n(see npx --no hot-crypto help)\n",
    ],
    [['start', 'now'], /^error: too many arguments for 'start'.*now\.\n\(see npx --no hot-crypto help\)\n$/],
    [['start', '--data', ''], /^error: .*'--data <dir>' argument '' is invalid. Name a folder.\n/],
    [
      ['start', ...data, '--config'],
      "error: option '--config <file>' argument missing\n(see npx --no hot-crypto help)\n",
    ],
    [['start', '--source', 'binance'], /'binance' is invalid. Allowed choices are kraken, synthetic\./],
    [['start', '--speed', '0'], /'0' is invalid. Give a number of candles a second above 0, at most 1000\./],
    [['start', '--speed', 'fast'], /'fast' is invalid/],
    ...['--i-understand', '--i-understand-that-real-money-is-trade', '--live', '--yes'].map(
      (flag): [string[], RegExp] => [['start', flag], new RegExp(`^error: unknown option '${flag}'\n`)],
    ),
    [
      ['breaker', 'adopt', 'O 1', '--why', 'x'],
      /'O 1' is invalid for argument 'order'\. Give the name that `status` shows, such as OABCDE-12345-ABCDEF\.\n/,
    ],
    [['replay', '--to', '2025-01-02'], /^error: required option '--from <day>' not specified\n/],
    [['backtest', '--from', '2025-01-02'], /^error: required option '--to <day>' not specified\n/],
    [['parity', ...days, '--exec', '1d'], /'1d' is invalid. Allowed choices are 1m, 5m, 15m, 1h, 4h\./],
    [
      ['replay', '--from', '2025-02-29', '--to', '2025-03-01'],
      "usage: --from '2025-02-29' is not a day.\n  → Write it as 2024-07-01.\n",
    ],
    [['replay', '--from', '2025-01-01', '--to', '2025-1-2'], /^usage: --to '2025-1-2' is not a day\.\n/],
    [
      ['replay', '--from', '2025-01-02', '--to', '2025-01-01'],
      "usage: --from '2025-01-02' is after --to '2025-01-01'.\n  → Give the earlier day first.\n",
    ],
    [
      ['backtest', ...days, '--all', '--strategy', 'turtle'],
      /^usage: --all and --strategy exclude each other/,
    ],
    [['why'], /^error: missing required argument 'symbol'\n/],
    [['why', 'BTC/EUR'], /^usage: 'BTC\/EUR' is not a symbol\.\n {2}→ Write a pair quoted in USD/],
    [['candles', 'import'], /^error: missing required argument 'file'\n/],
    [
      ['candles', 'import', 'x.csv', '--timeframe', '2h'],
      /^usage: '2h' is not a timeframe\.\n {2}→ Use one of 1m/,
    ],
    [
      ['candles', 'verify', '--api', '--source', 'synthetic'],
      'usage: Kraken has no SYNTHETIC candles.\n  → Leave out --api or --source.\n',
    ],
    [['candles', 'verify', 'BTC', '2h'], /^usage: '2h' is not a timeframe\.\n/],
    [
      ['parity', ...days, '--lookback', '--fresh'],
      "error: option '--lookback' cannot be used with option '--fresh'\n(see npx --no hot-crypto help)\n",
    ],
    [
      ['show', 'fills', '--csv', '--json'],
      "error: option '--csv' cannot be used with option '--json'\n(see npx --no hot-crypto help)\n",
    ],
    [['show', 'equity', '--from', '2025-1-2'], /^usage: --from '2025-1-2' is not a day\.\n/],
    [['show', 'equity', '--to', 'May'], /^usage: --to 'May' is not a day\.\n/],
    [
      ['show', 'orders', '--from', '2025-01-02', '--to', '2025-01-01'],
      /^usage: --from '2025-01-02' is after --to '2025-01-01'\.\n/,
    ],
    [['candles', 'push'], /^error: required option '--env <name>' not specified\n/],
    [['candles', 'fetch', 'BTC/USD'], /^error: missing required argument 'timeframe'\n/],
    [['candles', 'fetch', 'BTC/USD', '4h', '--from', 'May'], /^usage: --from 'May' is not an instant\.\n/],
  ])('%j', async (words, expected) => {
    const { code, stdout, stderr } = await runCli(...words, ...(words.includes('--data') ? [] : data));
    expect([code, stdout]).toEqual([2, '']);
    if (typeof expected === 'string') expect(stderr).toBe(expected);
    else expect(stderr).toMatch(expected);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(4);
  });

  it('and stores nothing', () => {
    expect(filesIn(folder)).toEqual({});
  });
});

describe('as a process', () => {
  it('says its version, ends with 2 on wrong use and with 1 on a failure, without a stack trace', async () => {
    const [versioned, wrong, failed] = await Promise.all([
      spawnCli(['--version']),
      spawnCli(['nonsense']),
      spawnCli(['status', '--json', ...data]),
    ]);
    expect(versioned).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(wrong).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'nonsense'\n(see npx --no hot-crypto help)\n",
    });
    expect(failed).toEqual({
      code: 1,
      stdout: '',
      stderr: `not-found: There is no account in '${folder}' yet.\n  → Run \`hot-crypto start\` first, or name the folder with --data.\n`,
    });
  });
});
