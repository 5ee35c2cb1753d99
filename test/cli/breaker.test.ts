import { cpSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { filesIn, jsonOf, runCli, spawnCli, startCli, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const stress = join(import.meta.dirname, '../../examples/stress.yaml');
const made = join(folder, 'made');
let data = '';
let runs = 0;

const tick = (where: string, ...words: string[]) => [
  ...['start', '--once', '--source', 'synthetic', '--config', stress, '--data', where],
  ...words,
];
beforeAll(async () => {
  // After its second tick it holds BTC, and is about to buy ETH.
  for (let ticks = 0; ticks < 2; ticks++) expect((await runCli(...tick(made))).code).toBe(0);
});
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
  cpSync(made, data, { recursive: true });
});

const breaker = (...words: string[]) => runCli('breaker', ...words, '--data', data);
const why = ['--why', 'a test'];
const me = `${userInfo().username}@${hostname()}`;

interface Listed {
  readonly breakers: readonly Readonly<Record<string, unknown>>[];
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}
const listed = async () => (await jsonOf('breaker', 'list', '--data', data)) as Listed;
const one = async (scope: string) => (await listed()).breakers.find((found) => found['scope'] === scope);

interface Status {
  readonly lastTickMs: number;
  readonly positions: readonly { readonly symbol: string; readonly isLeaving: string | null }[];
  readonly outcomes: readonly { readonly what: string; readonly outcome: string }[];
  readonly requests: readonly unknown[];
}
const status = async () => (await jsonOf('status', '--data', data)) as Status;

describe('breaker', () => {
  it('trip forbids entries, list shows who, why and the version, reset of that version allows them', async () => {
    const tripped = await breaker('trip', ...why);
    expect(tripped).toEqual({
      code: 0,
      stdout: 'Tripped: manual of paper-synthetic forbids entries until somebody resets it.\n',
      stderr: '',
    });
    const { version } = (await one('manual')) ?? {};
    const shown = (await breaker('list')).stdout;
    expect(shown).toMatch(
      new RegExp(`^manual +TRIPPED +reset +${version} +2025-01-01 04:00 +${me} +a test$`, 'm'),
    );
    expect(shown).toMatch(new RegExp(`^trip manual +20.* ${me} +a test$`, 'm'));
    expect(await jsonOf(...tick(data))).toMatchObject({ decisions: [{ code: null }, {}] });
    const reset = await breaker('reset', 'manual', '--version', `${version}`, '--why', 'checked');
    expect(reset.stdout).toBe('Reset: manual of paper-synthetic allows entries again.\n');
    expect(await one('manual')).toMatchObject({ state: 'closed', isTripped: false, why: 'checked', by: me });
  });

  it('trip holds up what the next tick would have bought', async () => {
    const fresh = join(folder, 'fresh');
    const free = (await jsonOf(...tick(fresh))) as { decisions: { action: string }[] };
    expect(free.decisions[0]).toMatchObject({ symbol: 'BTC/USD', action: 'ENTER' });
    const held = join(folder, 'held');
    await runCli('start', '--once', '--source', 'synthetic', '--data', held);
    await runCli('breaker', 'trip', '--data', held, ...why);
    const decided = (await jsonOf(...tick(held))) as { decisions: { codes: string[] }[] };
    expect(decided.decisions.flatMap(({ codes }) => codes)).toContain('BREAKER_MANUAL');
  });

  it('takes a scope as it is listed, or with the symbol as it is written', async () => {
    for (const scope of ['portfolio', 'losses', 'drawdown', 'asset:BTC/USD', 'flash:ETH-USD'])
      expect((await breaker('trip', scope, ...why)).code).toBe(0);
    const tripped = (await listed()).breakers.filter(({ isTripped }) => isTripped);
    expect(tripped.map(({ scope }) => scope)).toEqual([
      'asset:BTC-USD',
      'drawdown',
      'flash:ETH-USD',
      'losses',
      'portfolio',
    ]);
  });

  it('list of an account that never needed one says so', async () => {
    const fresh = join(folder, 'never');
    await runCli('start', '--once', '--source', 'synthetic', '--data', fresh);
    expect(await runCli('breaker', 'list', '--data', fresh)).toEqual({
      code: 0,
      stdout: 'No breaker of paper-synthetic was ever tripped.\n',
      stderr: '',
    });
    expect(await jsonOf('breaker', 'list', '--data', fresh)).toMatchObject({ breakers: [], requests: [] });
  });

  it('halt withdraws entries at the next watch and leaves positions; --flatten sells them', async () => {
    const halted = await breaker('halt', ...why);
    expect(halted.stdout).toMatch(
      /^Halted: paper-synthetic enters nothing until somebody resets manual\. Positions stay, with their stops\. The next watch /,
    );
    await runCli(...tick(data));
    expect(await status()).toMatchObject({
      requests: [],
      outcomes: [{ what: 'halt', outcome: 'Entries are withdrawn; positions stay, with their stops.' }],
    });
    expect((await status()).positions.map(({ isLeaving }) => isLeaving)).toEqual([null, null]);
    await breaker('halt', '--flatten', ...why);
    await runCli(...tick(data));
    const sold = await status();
    expect(sold.outcomes.at(-1)).toMatchObject({
      what: 'halt and sell everything',
      outcome: 'BTC/USD, ETH/USD will be sold at the next open.',
    });
    await runCli(...tick(data));
    expect((await status()).positions).toEqual([]);
  });
});

describe('a breaker that is refused', () => {
  const untouched = async (work: () => Promise<void>) => {
    const before = await listed();
    await work();
    expect(await listed()).toEqual(before);
  };

  it.each([
    [
      'an unknown scope',
      ['trip', 'mood', ...why],
      "usage: There is no breaker 'mood'.\n  → Use one of manual, ",
    ],
    [
      'a symbol that the config does not trade',
      ['trip', 'asset:SOL-USD', ...why],
      "usage: There is no breaker 'asset:SOL-USD'.\n  → Use one of manual, ",
    ],
    ['no reason', ['trip', 'manual'], "error: required option '--why <text>' not specified\n"],
    [
      'an empty reason',
      ['halt', '--why', ' \n'],
      "error: option '--why <text>' argument ' \n' is invalid. Say why",
    ],
    ['a long reason', ['halt', '--why', 'x'.repeat(201)], "error: option '--why <text>' argument 'xxx"],
    ['no version', ['reset', 'manual', ...why], "error: required option '--version <n>' not specified\n"],
    ...['one', '1.5', '-1', '01', '', '1e3'].map((text) => [
      `the version '${text}'`,
      ['reset', 'manual', '--version', text, ...why],
      `error: option '--version <n>' argument '${text}' is invalid. Give the number that \`breaker list\` shows.\n`,
    ]),
    ['no scope to reset', ['reset', '--version', '1', ...why], "error: missing required argument 'scope'\n"],
    ['an unknown verb', ['close', ...why], "error: unknown command 'close'\n"],
  ] as [string, string[], string][])('for %s ends with 2', async (_, words, told) => {
    await untouched(async () => {
      const { code, stdout, stderr } = await breaker(...words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.slice(0, told.length)).toBe(told);
    });
  });

  it('for another version, or because it is not tripped, ends with 1 and says what is there', async () => {
    await breaker('trip', 'portfolio', ...why);
    await untouched(async () => {
      const { version } = (await one('portfolio')) ?? {};
      const other = await breaker('reset', 'portfolio', '--version', '99', ...why);
      expect([other.code, other.stdout]).toEqual([1, '']);
      expect(other.stderr).toBe(
        `breaker-changed: The breaker 'portfolio' has changed since you looked: version ${version}, by ${me}: a test\n` +
          `  → Nothing was reset. Look again with \`hot-crypto breaker list\`, then name version ${version}.\n`,
      );
      const closed = await breaker('reset', 'manual', '--version', '1', ...why);
      expect([closed.code, closed.stderr]).toEqual([
        1,
        "not-found: The breaker 'manual' of 'paper-synthetic' is not tripped.\n  → See `hot-crypto breaker list`.\n",
      ]);
    });
  });

  it('for an account that is not there, or a replay, and no file is made', async () => {
    const before = filesIn(data);
    for (const words of [
      ['list'],
      ['trip', ...why],
      ['halt', ...why],
      ['reset', 'manual', '--version', '1', ...why],
    ]) {
      const gone = await breaker(...words, '--account', 'paper-moon');
      expect([gone.code, gone.stderr.split('\n')[0]]).toEqual([
        1,
        `not-found: There is no account 'paper-moon' in '${data}' (known: paper-synthetic).`,
      ]);
      const none = await runCli('breaker', ...words, '--data', join(folder, 'nowhere'));
      expect([none.code, none.stderr]).toMatchObject([
        1,
        expect.stringMatching(/^not-found: There is no account/),
      ]);
    }
    expect(Object.keys(filesIn(data))).toEqual(Object.keys(before));
    await runCli('candles', 'import', ...writeMadeUpFiles(join(folder, 'files')), '--data', data);
    const span = ['--from', '2025-01-01', '--to', '2025-01-01', '--exec', '4h', '--data', data];
    const { account } = (await jsonOf('replay', ...span)) as { account: string };
    const replayed = await breaker('trip', ...why, '--account', account);
    expect([replayed.code, replayed.stderr]).toEqual([
      2,
      `usage: The account '${account}' is a replay: it takes no wishes.\n  → Name an account that trades with --account.\n`,
    ]);
  });
});

it('a reason stays on its line, whatever is in it', async () => {
  await breaker('trip', '--why', ' two\nlines\tand \u001b[31mred ');
  expect(await one('manual')).toMatchObject({ why: 'two lines and [31mred' });
});

describe('two processes at once', () => {
  it('both trip, and only one of two resets is one', async () => {
    const at = ['--data', data, ...why];
    const trips = await Promise.all([
      spawnCli(['breaker', 'trip', 'losses', ...at]),
      spawnCli(['breaker', 'trip', 'losses', ...at]),
    ]);
    expect(trips.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const { version = 0 } = (await one('losses')) ?? {};
    const reset = ['breaker', 'reset', 'losses', '--version', `${version}`, ...at];
    const resets = await Promise.all([spawnCli(reset), spawnCli(reset)]);
    expect(resets.map(({ code }) => code).sort()).toEqual([0, 1]);
    for (const { code, stderr } of resets)
      expect(stderr).toMatch(code === 0 ? /^$/ : /^(breaker-changed|not-found): .*\n {2}→ .*\n$/);
    expect((await listed()).requests.map(({ what }) => what).sort()).toEqual([
      'reset losses',
      'trip losses',
      'trip losses',
    ]);
  });

  it('a start that runs carries out what another process asks', async () => {
    // Two candles a second: it holds BTC for eight seconds more.
    const words = ['start', '--source', 'synthetic', '--speed', '2', '--config', stress, '--data', data];
    const { child, ended } = startCli(words);
    while ((await status()).lastTickMs < Date.UTC(2025, 0, 1, 8)) await sleep(50);
    expect((await spawnCli(['breaker', 'halt', '--flatten', '--data', data, ...why])).code).toBe(0);
    while ((await status()).positions.length > 0) await sleep(50);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/SOLD at [\d.]+ \(MANUAL\)/);
    expect(await status()).toMatchObject({
      requests: [],
      outcomes: [{ what: 'halt and sell everything', by: me, why: 'a test', isDone: true }],
    });
  });
});
