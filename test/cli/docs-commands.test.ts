import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import type { Candles } from '../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { walk } from '../helpers/candles.ts';
import { runCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, type FakeCloud, fakeCloud } from '../helpers/cloud.ts';
import { moveToCloud } from '../helpers/cloud-account.ts';
import { commandsIn, commandsOf, type DocCommand, documentPages } from '../helpers/doc-commands.ts';
import { makeLiveAccount } from '../helpers/live-account.ts';

const root = join(import.meta.dirname, '../..');
const { folder, remove } = temporaryFolder();
const base = join(folder, 'base');

/** Where a command runs that does not run here: a file, and what stands in it. */
const elsewhere: readonly (readonly [command: RegExp, file: string, text: string])[] = [
  [/^npm ci$/, '.ci/run', "step 'npm ci' npm ci"],
  [/^npm start$/, '.ci/run', 'npm start --silent'],
  [/^npm test$/, '.ci/run', "tests 'npm test' test"],
  [/^npm run check$/, '.ci/run', 'npm run --silent check'],
  [/^npm run coverage$/, '.ci/run', 'npm run --silent coverage'],
  [/^npm run test:real$/, '.ci/run', "tests 'npm run test:real' test:real"],
  [
    /^npm run kraken-simulator\b/,
    'test/kraken-simulator/command-line.test.ts',
    'understands every command of its page',
  ],
  [/^npm run end-to-end\b/, 'test/end-to-end/options.test.ts', 'understands every command of its page'],
  // The clock of the simulator, as the end-to-end run gives it to the program.
  [
    /^SIMULATOR_URL=\S+ node --import /,
    'test/end-to-end/programs.ts',
    "'test/end-to-end/simulated-clock.ts'",
  ],
  [/^npm run simulate\b/, 'test/simulation/simulate.test.ts', 'The commands of docs/simulation.md.'],
  [/^npm run test:aws$/, '.ci/run', "tests 'npm run test:aws' test:aws"],
  [/^bash \.ci\/run$/, 'README.md', '`bash .ci/run`'],
  [/^npx --no cdk bootstrap /, 'test/aws/slice.ts', 'cdk.bootstrap()'],
  [/^(npx --no )?cdk deploy\b/, 'test/aws/slice.ts', 'cdk.deploy('],
  [/^npx --no cdk diff /, 'test/aws/deployment-facts.ts', 'cdk.diff('],
  [/^npx --no cdk destroy /, 'test/aws/deployment-facts.ts', 'cdk.destroy('],
  [/^npx --no cdk import /, 'docs/deploy.md', '**This was not tried anywhere yet**'],
];

/** What stands for something else on the pages. A span of eighteen months runs in test/real/parity.test.ts; here two weeks of it. */
const meant: Readonly<Record<string, string>> = {
  $ENV: 'paper',
  FILE: join(root, 'examples/stress.yaml'),
  my_idea: 'turtle',
  '2025-12-31': '2024-07-14',
};

/** Candles of 4h from two years before 2024-07-01, and two weeks more. */
function fourHours(seed: number): Candles {
  const candles = walk(seed, 6 * 750, { price: 3000 });
  const startMs = Date.UTC(2024, 6, 15) - 750 * DAY_MS;
  return { ...candles, openMs: candles.openMs.map((_, i) => startMs + i * 4 * HOUR_MS) };
}

/** As Kraken's archive writes them: seconds, prices, volume, trades. */
function archiveOf({ openMs, open, high, low, close, volume }: Candles): string {
  return [...openMs]
    .map((ms, i) => [ms / 1000, open[i], high[i], low[i], close[i], volume[i], 7].join(','))
    .join('\n');
}

beforeAll(async () => {
  mkdirSync(base);
  const files = ['XBTUSD', 'ETHUSD'].flatMap((pair, at) => {
    const candles = fourHours(at + 1);
    writeFileSync(join(folder, `${pair}_240.csv`), archiveOf(candles));
    writeFileSync(
      join(folder, `${pair}_1440.csv`),
      archiveOf(aggregateCandles(candles, { from: '4h', to: '1d' })),
    );
    return [join(folder, `${pair}_240.csv`), join(folder, `${pair}_1440.csv`)];
  });
  expect((await runCli('candles', 'import', ...files, '--data', base)).code).toBe(0);
  // What README shows of `why` is the fourth tick.
  for (let tick = 0; tick < 4; tick++)
    await runCli('start', '--once', '--source', 'synthetic', '--data', base);
});
afterAll(remove);

interface Stage {
  readonly data: string;
  readonly cloud: FakeCloud;
}

/** The version that `breaker reset` has to name: the one that is there. */
async function versionOf(scope: string, { cloud }: Stage): Promise<string> {
  const { stdout } = await cloudCli(cloud.url, 'breaker', 'list', '--env', 'paper', '--json');
  const { breakers } = JSON.parse(stdout) as { breakers: { scope: string; version: number }[] };
  return String(breakers.find((one) => one.scope === scope)?.version);
}

/** The words of a command of ours as they are run here. */
async function filledIn({ words }: DocCommand, stage: Stage): Promise<readonly string[]> {
  const version = words.includes('N') ? await versionOf('manual', stage) : 'none';
  return words
    .slice(words.indexOf('hot-crypto') + 1)
    .filter((word) => word !== '…')
    .map((word) => (/^[A-Z]+USD_\d+\.csv$/.test(word) ? join(folder, word) : word))
    .map((word) => (word === 'N' ? version : (meant[word] ?? word)));
}

/** Runs a command of ours. One that names only a verb, as prose does, is asked for its help. */
async function runOurs(command: DocCommand, stage: Stage): Promise<string | undefined> {
  const given = await filledIn(command, stage);
  if (command.text.startsWith('hot-crypto') || given.length === 0) return helpProblem(given);
  const isThere = given.includes('--env');
  const takesData = isThere ? given.includes('push') : given[0] !== 'strategies';
  const all = [...given, ...(takesData ? ['--data', stage.data] : [])];
  if (needsKey(given)) return keyProblem(all);
  const { code, stderr } = isThere ? await cloudCli(stage.cloud.url, ...all) : await runCli(...all);
  return code === 0 ? undefined : `ends with ${code}: ${stderr}`;
}

/** Real money is traded, and looked at, with a key: no test has one for Kraken. */
function needsKey(given: readonly string[]): boolean {
  return given.includes('--i-understand-that-real-money-is-traded') || given.includes('config/live.yaml');
}

/** Such a command is understood, and ends where the key is wanted. What comes then is tried in live-start.test.ts. */
async function keyProblem(all: readonly string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await runCli(...all);
  const isWanting = `${stdout}${stderr}`.includes('EXCHANGE_API_KEY and EXCHANGE_API_SECRET are not set: ');
  return code === 1 && isWanting ? undefined : `ends with ${code}: ${stderr}`;
}

async function helpProblem(verb: readonly string[]): Promise<string | undefined> {
  const { stdout } = await runCli(...verb, '--help');
  return stdout.startsWith(`Usage: ${['hot-crypto', ...verb].join(' ')} `) ? undefined : 'is no verb';
}

/** What is wrong with a command of a page, or nothing. */
async function problemOf(command: DocCommand, stage: Stage): Promise<string | undefined> {
  const { text, words } = command;
  if (words.includes('hot-crypto')) return runOurs(command, stage);
  const script = /^npm (?:run )?(start|test\S*|check|coverage|bench|mutation\S*)/.exec(text)?.[1];
  if (script !== undefined && !Object.hasOwn(manifest.scripts, script)) return 'is no script of package.json';
  if (text.startsWith('UPDATE_DOCS=1 npx vitest run ')) return updatesDocs(words.slice(4));
  if (text.startsWith('npm run bench')) return benchProblem(words.at(-1) ?? '');
  if (text.startsWith('npm run mutation')) return mutationProblem(words.slice(3));
  const found = elsewhere.find(([pattern]) => pattern.test(text));
  if (found === undefined) return 'is run by no test';
  const [, file, wanted] = found;
  return readFileSync(join(root, file), 'utf8').includes(wanted) ? undefined : `is not in ${file}`;
}

function updatesDocs(files: readonly string[]): string | undefined {
  const isWriting = (file: string) =>
    readFileSync(join(root, file), 'utf8').includes("['UPDATE_DOCS'] === '1'");
  return files.length > 0 && files.every(isWriting) ? undefined : 'writes no page';
}

/** Half a minute of measuring is too long for here: the program is started once, and says which parts it has. */
function benchProblem(part: string): string | undefined {
  const words = [join(root, 'bench/run.ts'), '--only', 'none'];
  benchParts ??= spawnSync(process.execPath, words, { encoding: 'utf8' }).stdout;
  if (!benchParts.includes('Use one of ')) return `does not start: ${benchParts}`;
  return part === 'bench' || benchParts.includes(part) ? undefined : `has no part '${part}'`;
}

let benchParts: string | undefined;

/** An hour of planted faults is too long for here: the program is started once, and says which options it has. */
function mutationProblem(words: readonly string[]): string | undefined {
  const program = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  mutationHelp ??= spawnSync(process.execPath, [program, 'run', '--help'], { encoding: 'utf8' }).stdout;
  const strange = words.filter((word) => !mutationHelp?.includes(word) && !existsSync(join(root, word)));
  return strange.length === 0 ? undefined : `has no ${strange.join(', ')}`;
}

let mutationHelp: string | undefined;

describe('every command that a page tells a person to type', () => {
  it.each(documentPages().filter((page) => commandsOf(page).length > 0))('%s', async (page) => {
    const commands = commandsOf(page);
    const stage = { data: join(folder, page.replaceAll('/', '-')), cloud: await fakeCloud() };
    cpSync(base, stage.data, { recursive: true });
    if (commands.some(({ text }) => text.includes('--account live'))) await makeLiveAccount(stage.data);
    if (commands.some(({ words }) => words.includes('--env'))) await moveToCloud(stage.data, stage.cloud.url);
    const problems: string[] = [];
    for (const command of commands) {
      const problem = await problemOf(command, stage);
      if (problem !== undefined) problems.push(`${page}:${command.line} \`${command.text}\` ${problem}`);
    }
    await stage.cloud.close();
    expect(problems).toEqual([]);
  });
});

/** `breaker list|trip`, `why SYMBOL [TIME]`: the verbs before what a person fills in. */
function verbsOf(code: string): readonly (readonly string[])[] {
  const words = code.split(' ');
  const end = words.findIndex((word) => /^[-A-Z[]/.test(word));
  const [verb = '', ways = ''] = end < 0 ? words : words.slice(0, end);
  return ways === '' ? [[verb]] : ways.split('|').map((way) => [verb, way]);
}

it('every verb of the table in README is one', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [table = ''] = readme.slice(readme.indexOf('| `npx --no hot-crypto …` |')).split('\n\n');
  const cells = table.split('\n').map((row) => row.slice(0, row.indexOf('` | ') + 1).replaceAll('\\|', '|'));
  const codes = cells
    .slice(2)
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
  const verbs = codes.flatMap(verbsOf);
  expect(verbs.length).toBeGreaterThan(20);
  for (const verb of verbs) expect([verb, await helpProblem(verb)]).toEqual([verb, undefined]);
});

describe('a page with a command that nothing runs', () => {
  const problemsOf = async (markdown: string) => {
    const stage = { data: base, cloud: await fakeCloud() };
    const found: string[] = [];
    for (const command of commandsIn('x.md', markdown)) {
      const problem = await problemOf(command, stage);
      found.push(`${command.line} ${problem?.split('\n')[0] ?? 'runs'}`);
    }
    await stage.cloud.close();
    return found;
  };

  it.each([
    [
      'an unknown verb',
      '```\n$ npx --no hot-crypto trade BTC/USD\n```',
      "2 ends with 2: error: unknown command 'trade'",
    ],
    ['a verb in prose', 'as `hot-crypto trade` does', '1 is no verb'],
    [
      'a wrong option',
      'Type `npx --no hot-crypto status --jsn`.',
      "1 ends with 2: error: unknown option '--jsn'",
    ],
    ['a failure', '`npx --no hot-crypto why SOL/USD`', '1 ends with 1: not-found: '],
    [
      'an npm script that is not there',
      '```sh\nnpm ci && npm run testt # all\n```',
      '2 is no script of package.json',
    ],
    ['a script that no check runs', '`npm run start`', '1 is run by no test'],
    ['another program', '`npx --no tsc`', '1 is run by no test'],
    [
      'a page that no test writes',
      '`UPDATE_DOCS=1 npx vitest run test/cli/usage.test.ts`',
      '1 writes no page',
    ],
    ['an option of the mutation run', '`npm run mutation -- --moon`', '1 has no --moon'],
    ['a file to mutate', '`npm run mutation -- --mutate moon.ts`', '1 has no moon.ts'],
    ['a part of the bench', '`npm run bench -- --only moon`', "1 has no part 'moon'"],
  ])('is found: %s', async (_, markdown, problem) => {
    expect((await problemsOf(markdown)).at(-1)?.startsWith(problem)).toBe(true);
  });

  it('is told apart from one that runs', async () => {
    expect(
      await problemsOf('`npm ci`, then `npx --no hot-crypto status`; `status` is no command line'),
    ).toEqual(['1 runs', '1 runs']);
  });
});
