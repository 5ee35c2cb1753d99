import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const stress = join(import.meta.dirname, '../../examples/stress.yaml');
const made = join(folder, 'made');
let data = '';
let runs = 0;

const tick = (where: string) => [
  ...['start', '--once', '--source', 'synthetic', '--config', stress, '--data', where],
];
beforeAll(async () => {
  // After its third tick it holds BTC and ETH.
  for (let ticks = 0; ticks < 3; ticks++) expect((await runCli(...tick(made))).code).toBe(0);
});
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
  cpSync(made, data, { recursive: true });
});

const run = (...words: string[]) => runCli(...words, '--data', data);
const why = ['--why', 'a test'];

interface Status {
  readonly capital: string;
  readonly cash: string;
  readonly positions: readonly { readonly symbol: string; readonly isLeaving: string | null }[];
  readonly requests: readonly { readonly what: string }[];
  readonly outcomes: readonly { readonly isDone: boolean; readonly outcome: string }[];
  readonly standing: { readonly peak: string; readonly dayStart: string };
}
const status = async () => (await jsonOf('status', '--data', data)) as Status;

describe('capital', () => {
  it('that is added or taken out waits for the next watch, and moves what limits are measured from', async () => {
    const before = await status();
    const added = await run('capital', 'add', '2500.50', ...why);
    expect(added).toEqual({
      code: 0,
      stdout:
        'Asked of paper-synthetic: add 2,500.50 USD. The next watch carries it out: within a minute while `start` runs, else with the next start.\n',
      stderr: '',
    });
    await run('capital', 'remove', '500', ...why);
    expect(await status()).toMatchObject({
      capital: '10000',
      cash: before.cash,
      requests: [{ what: 'add 2,500.50 USD' }, { what: 'take out 500.00 USD' }],
    });
    await runCli(...tick(data));
    const after = await status();
    expect(after).toMatchObject({
      capital: '12000.5',
      requests: [],
      outcomes: [{ isDone: true }, { isDone: true }],
    });
    expect(Number(after.cash) - Number(before.cash)).toBeCloseTo(2000.5, 8);
    expect(Number(after.standing.dayStart) - Number(before.standing.dayStart)).toBeCloseTo(2000.5, 8);
  });

  it('that is not free is refused, and status says so until other outcomes follow', async () => {
    await run('capital', 'remove', '10000', ...why);
    await runCli(...tick(data));
    const { capital, cash, outcomes } = await status();
    expect([capital, outcomes]).toEqual([
      '10000',
      [
        expect.objectContaining({
          isDone: false,
          outcome: `Only ${cash} USD are free: nothing was taken out.`,
        }),
      ],
    ]);
    expect((await run('status')).stdout).toMatch(
      /^take out 10,000\.00 USD +2025-01-01 08:00 +\S+ +a test +REFUSED: Only [\d.]+ USD are free: nothing was taken out\.$/m,
    );
  });

  it.each([
    '0',
    '0.00',
    '-5',
    '1e9999',
    '1e3',
    'Infinity',
    'NaN',
    '',
    '1,000',
    '0.001',
    '1000000000.01',
    '9'.repeat(60),
  ])('of %j is refused as wrong use, and nothing is asked', async (amount) => {
    for (const verb of ['add', 'remove']) {
      const { code, stdout, stderr } = await runCli('capital', verb, ...why, '--data', data, '--', amount);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.split('\n')[0]).toBe(
        `error: command-argument value '${amount}' is invalid for argument 'usd'. ` +
          'Give USD above 0, at most a billion, with at most two decimals: 2500 or 99.50.',
      );
    }
    expect((await status()).requests).toEqual([]);
  });

  it('without an amount, a reason or an account is refused', async () => {
    for (const [words, code, told] of [
      [['capital', 'add', ...why], 2, "error: missing required argument 'usd'"],
      [['capital', 'add', '5'], 2, "error: required option '--why <text>' not specified"],
      [
        ['capital', 'add', '5', '--account', 'paper-moon', ...why],
        1,
        "not-found: There is no account 'paper-moon'",
      ],
      [['capital', ...why], 2, "error: unknown option '--why'"],
      [['capital', 'move', '5', ...why], 2, "error: unknown command 'move'"],
    ] as const) {
      const outcome = await run(...words);
      expect([outcome.code, outcome.stdout]).toEqual([code, '']);
      expect(outcome.stderr.slice(0, told.length)).toBe(told);
    }
    expect((await status()).requests).toEqual([]);
  });
});

describe('close', () => {
  it('sells what is held at the next open, in any spelling of the symbol', async () => {
    const asked = await run('close', 'xbt-usd', ...why);
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toMatch(/^Asked of paper-synthetic: close BTC\/USD\. The next watch /);
    const { stdout } = await runCli(...tick(data));
    // Orders of this market meet candles of fifteen minutes.
    expect(stdout).toMatch(/^2025-01-01 08:15 {2}BTC\/USD {2}SOLD at [\d.]+ \(MANUAL\), net /m);
    const after = await status();
    expect(after.positions.map(({ symbol }) => symbol)).toEqual(['ETH/USD']);
    expect(after.outcomes).toMatchObject([{ outcome: 'BTC/USD will be sold at the next open.' }]);
  });

  it('of what the config does not trade, or of no symbol, is refused', async () => {
    for (const [words, told] of [
      [['SOL', ...why], "usage: The config does not trade 'SOL/USD'.\n  → Use one of BTC/USD, ETH/USD.\n"],
      [['BTC/EUR', ...why], "usage: 'BTC/EUR' is not a symbol.\n"],
      [[...why], "error: missing required argument 'symbol'\n"],
      [['BTC'], "error: required option '--why <text>' not specified\n"],
    ] as const) {
      const { code, stdout, stderr } = await run('close', ...words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.slice(0, told.length)).toBe(told);
    }
    expect((await status()).requests).toEqual([]);
  });
});

describe('status', () => {
  it('shows where the account stands, what is tripped, what waits and what every instance brought', async () => {
    await run('close', 'BTC', ...why);
    await runCli(...tick(data));
    await run('breaker', 'trip', 'losses', ...why);
    await run('capital', 'add', '7', '--why', 'more');
    const { code, stdout, stderr } = await run('status', '--config', stress);
    expect([code, stderr]).toEqual([0, '']);
    for (const line of [
      /^paper-synthetic {3}PAPER on SYNTHETIC market$/m,
      /^day {8}[-+][\d.]+ % since 10,000\.00 USD at 2025-01-01 00:00 UTC; -?[\d.]+ % from the peak of [\d,.]+$/m,
      /^risk {7}0\.5 % of the equity a trade; [01] losses in a row$/m,
      /^TRIPPED {4}losses until somebody resets it: a test$/m,
      /^instance \(1 closed positions\) +voted for +net R$/m,
      /^\w+@(4h|1d) +1 +-?\d+\.\d\d$/m,
      /^add 7\.00 USD +20.* more$/m,
      /^close BTC\/USD +2025-01-01 08:00 .* BTC\/USD will be sold at the next open\.$/m,
    ])
      expect(stdout).toMatch(line);
  });
});
