import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readItem } from '../../shared/app/items.ts';
import { runCli, spawnCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, FAKE_ACCOUNT, type FakeCloud, fakeCloud, fakeIdentity } from '../helpers/cloud.ts';
import { moveToCloud } from '../helpers/cloud-account.ts';

const { folder, remove } = temporaryFolder();
const data = join(folder, 'data');
const stress = join(import.meta.dirname, '../../examples/stress.yaml');
beforeAll(async () => {
  // Its second tick holds BTC, and is about to buy ETH.
  for (let ticks = 0; ticks < 2; ticks++)
    await runCli('start', '--once', '--source', 'synthetic', '--config', stress, '--data', data);
});
afterAll(remove);

let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await fakeCloud();
});
afterEach(async () => {
  await cloud.close();
});
const run = (...words: string[]) => cloudCli(cloud.url, ...words);
const inPaper = (...words: string[]) => run(...words, '--env', 'paper');
const why = ['--why', 'a test'];
const stateText = () => JSON.stringify([...cloud.items.entries()].sort());

describe('with --env', () => {
  beforeEach(() => moveToCloud(data, cloud.url));

  it('status shows the account of the environment, where it is, and that its tick is overdue', async () => {
    const { code, stdout, stderr } = await inPaper('status');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^paper-kraken {3}PAPER on kraken-api {3}env paper \(111122223333 eu-central-1\)\n/,
    );
    expect(stdout).toMatch(/^last tick {2}2025-01-01 04:00 UTC; next 2025-01-01 08:00 UTC$/m);
    expect(stdout).toMatch(
      /^OVERDUE {4}a tick that should be done is not; docs\/operations\.md, engine-late$/m,
    );
    expect(stdout).toMatch(/^BTC\/USD .* rests /m);
    expect(cloud.calls.every((call) => call.includes(' eu-central-1 '))).toBe(true);
  });

  it('and a tick that is done, status says nothing of overdue', async () => {
    const head = [...cloud.items.entries()].find(([key]) => key.endsWith(' HEAD'));
    const body = JSON.parse(String(head?.[1]['body']?.['S']));
    const told = JSON.stringify({ ...body, lastTickMs: Date.now() });
    cloud.items.set(head?.[0] ?? '', { ...head?.[1], body: { S: told } });
    expect((await inPaper('status')).stdout).not.toMatch(/OVERDUE/);
    expect(JSON.parse((await inPaper('status', '--json')).stdout)).toMatchObject({
      environment: { name: 'paper', region: 'eu-central-1', accountId: FAKE_ACCOUNT, ticksOverdue: 0 },
    });
  });

  it('why tells what it decided', async () => {
    const { code, stdout } = await inPaper('why', 'BTC');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^paper-kraken, kraken-api, env paper \(111122223333 eu-central-1\)\n2025-01-01 04:00 {2}BTC\/USD /,
    );
  });

  it('a breaker is tripped, listed, and reset with the version that was seen', async () => {
    expect((await inPaper('breaker', 'trip', ...why)).stdout).toBe(
      'Tripped: manual of paper-kraken, env paper (111122223333 eu-central-1) forbids entries until somebody resets it.\n',
    );
    const listed = (await inPaper('breaker', 'list')).stdout;
    expect(listed).toMatch(/^paper-kraken {3}env paper \(111122223333 eu-central-1\)\n/);
    expect(listed).toMatch(/^manual +TRIPPED +reset +2 .* a test$/m);
    const before = stateText();
    const stale = await inPaper('breaker', 'reset', 'manual', '--version', '1', ...why);
    expect([stale.code, stale.stderr.split(':')[0]]).toEqual([1, 'breaker-changed']);
    expect(stateText()).toBe(before);
    expect((await inPaper('breaker', 'reset', 'manual', '--version', '2', ...why)).stdout).toBe(
      'Reset: manual of paper-kraken, env paper (111122223333 eu-central-1) allows entries again.\n',
    );
    expect((await inPaper('breaker', 'list')).stdout).toMatch(/^manual +closed +– +3 /m);
  });

  it('halt, capital and close are left for the watch of the next minute', async () => {
    const halted = await inPaper('breaker', 'halt', '--flatten', ...why);
    expect(halted.stdout).toMatch(
      /Everything is to be sold\. The next watch .*: there is one each minute\.\n$/,
    );
    const asked = await inPaper('capital', 'add', '100', ...why);
    expect(asked.stdout).toBe(
      'Asked of paper-kraken, env paper (111122223333 eu-central-1): add 100.00 USD. The next watch carries it out: there is one each minute.\n',
    );
    await inPaper('capital', 'remove', '50', ...why);
    await inPaper('close', 'BTC', ...why);
    const requests = [...cloud.items.values()].filter((item) => item['pk']?.['S'] === 'REQUEST#paper-kraken');
    const kinds = requests.map(({ body }) => {
      const item = { pk: '', sk: '', version: 1, body: JSON.parse(String(body?.['S'])) };
      return readItem('request', item).kind;
    });
    expect(kinds.sort()).toEqual(['capital', 'capital', 'close', 'halt']);
  });

  it('a request without an answer may have been asked: look before you ask again', async () => {
    const away = { name: 'InternalServerError', message: 'said AWS', status: 500 };
    cloud.refusal = { service: 'dynamodb', operation: 'TransactWriteItems', ...away };
    const { code, stderr } = await inPaper('capital', 'add', '100', ...why);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^state-unavailable: /);
    expect(stderr).toMatch(
      /may have been asked all the same \(as [0-9a-f-]{36}\): look at `status`.* before you ask again/,
    );
  });

  it('a request of another version is shown, and hides nothing else', async () => {
    cloud.items.set('REQUEST#paper-kraken 0', {
      pk: { S: 'REQUEST#paper-kraken' },
      sk: { S: '00000000000001#x' },
      version: { N: '1' },
      body: { S: '{"kind":"of a newer version"}' },
      write: { S: 'somebody' },
    });
    expect((await inPaper('breaker', 'list')).stdout).toContain('UNREADABLE: asked by another version');
    expect((await inPaper('status')).code).toBe(0);
  });

  it('doctor says where the environment is, which stacks there are, and when it ticked last', async () => {
    cloud.stacks.set('hot-crypto-paper-edge', { status: 'UPDATE_ROLLBACK_COMPLETE' });
    const { code, stdout } = await inPaper('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}region +eu-central-1$/m);
    expect(stdout).toMatch(/^ok {4}hot-crypto-paper-trading +CREATE_COMPLETE$/m);
    expect(stdout).toMatch(/^warn {2}hot-crypto-paper-edge +UPDATE_ROLLBACK_COMPLETE$/m);
    expect(stdout).toContain(`AWS account   ${FAKE_ACCOUNT}`);
    expect(stdout).toMatch(/^ok {4}paper-kraken +kraken-api; last tick 2025-01-01 04:00 UTC/m);
    expect(stdout).toMatch(/^warn {2}ticks +one that should be done is not$/m);
    cloud.stacks.delete('hot-crypto-paper-trading');
    const lacking = await inPaper('doctor');
    expect(lacking.code).toBe(1);
    expect(lacking.stdout).toMatch(/^FAIL {2}hot-crypto-paper-trading +is not there$/m);
  });
});

describe('a refusal says what is wrong and what to do:', () => {
  const refused = async (...words: string[]) => {
    const { code, stdout, stderr } = await inPaper(...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).not.toMatch(/fake-secret|fake-session/);
    return stderr;
  };

  it('an environment that has no file', async () => {
    const { code, stderr } = await run('status', '--env', 'papr');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^usage: There is no environment 'papr' \(did you mean 'paper'\?\)\.\n {2}→ Name one of dev, live, paper: /,
    );
  });

  it.each([
    ['--config', stress],
    ['--data', 'elsewhere'],
  ])('%s, which would be ignored', async (option, value) => {
    for (const verb of [['status'], ['why', 'BTC'], ['breaker', 'list'], ['candles', 'list'], ['doctor']]) {
      const { code, stderr } = await inPaper(...verb, option, value);
      expect(code).toBe(2);
      expect(stderr).toMatch(`error: option '--env <name>' cannot be used with option '${option}`);
    }
    expect(cloud.calls).toEqual([]);
  });

  it('one that is not deployed', async () => {
    cloud.stacks.clear();
    expect(await refused('status')).toBe(
      'not-found: The environment paper is not deployed: there is no stack hot-crypto-paper-data in eu-central-1, in the account of your credentials.\n' +
        '  → Deploy it (npx --no cdk deploy --all -c env=paper), or check AWS_PROFILE and AWS_REGION; docs/deploy.md.\n',
    );
  });

  it('one that is being deployed', async () => {
    cloud.stacks.set('hot-crypto-paper-data', { status: 'CREATE_IN_PROGRESS' });
    expect(await refused('status')).toMatch(
      /^not-found: The stack hot-crypto-paper-data has no output StateTableName; its state is CREATE_IN_PROGRESS\.\n {2}→ Wait/,
    );
  });

  it('an account that no watch has made yet', async () => {
    expect(await refused('status')).toMatch(
      /^not-found: There is no account 'paper-kraken' in the environment paper yet\.\n {2}→ Its first watch makes it, a minute or two/,
    );
    expect(await refused('close', 'BTC', ...why, '--account', 'mine')).toMatch(
      /^not-found: There is no account 'mine' .*\n {2}→ The account of an environment is paper-kraken: leave --account out\.\n/,
    );
    expect(cloud.items.size).toBe(0);
  });

  it.each([
    [
      'ExpiredToken',
      403,
      'The security token is expired',
      /^aws-refused: AWS does not know who asks \(Expired/,
    ],
    [
      'InvalidClientTokenId',
      403,
      'The token is invalid',
      /^aws-refused: AWS does not know who asks \(Invalid/,
    ],
    [
      'AccessDenied',
      403,
      'not authorized to perform: cloudformation:DescribeStacks',
      /^aws-refused: This identity may not look at the stack "hot-crypto-paper-data" in eu-central-1 \(Acc.*\n {2}→ It needs cloudformation:DescribeStacks/,
    ],
    [
      'SignatureDoesNotMatch',
      403,
      'The signature does not match.\n\nx-amz-security-token:fake-session',
      /^aws-refused: AWS does not know who asks \(Sig/,
    ],
  ])('%s of CloudFormation', async (name, status, message, told) => {
    cloud.refusal = { service: 'cloudformation', name, status, message };
    expect(await refused('status')).toMatch(told);
  });

  it('a table that may not be read, or that is gone', async () => {
    const words = { service: 'dynamodb', status: 400, message: 'said AWS' } as const;
    cloud.refusal = { ...words, name: 'AccessDeniedException' };
    expect(await refused('status')).toMatch(
      /^state-invalid: this identity may not use the table "the-table"/,
    );
    cloud.refusal = { ...words, name: 'ResourceNotFoundException' };
    expect(await refused('breaker', 'list')).toMatch(
      /^state-invalid: the table "the-table" does not exist in this account and region/,
    );
  });

  it('a cloud that cannot be reached', async () => {
    cloud.refusal = { service: 'cloudformation', name: 'InternalFailure', status: 500, message: 'said AWS' };
    expect(await refused('status')).toMatch(
      /^state-unavailable: CloudFormation in eu-central-1 cannot be reached/,
    );
  });
});

it('local verbs do not load the SDK of AWS: nothing of the command line imports it but on demand', () => {
  const cli = join(import.meta.dirname, '../../cli');
  const texts = readdirSync(cli).map((name) => readFileSync(join(cli, name), 'utf8'));
  const loads = texts.flatMap((text) => text.match(/^.*adapters\/(aws|dynamodb|s3)\/.*$/gm) ?? []);
  expect(loads.length).toBeGreaterThan(3);
  expect(loads.filter((line) => !/^import type|\bimport\('/.test(line))).toEqual([]);
});

describe('as a process', () => {
  const spawned = (env: Record<string, string | undefined>) =>
    spawnCli(['status', '--env', 'paper'], { ...fakeIdentity(cloud.url), AWS_PROFILE: undefined, ...env });

  it('says that no credentials or no region are known', async () => {
    const none = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_SESSION_TOKEN: undefined,
    };
    const [anonymous, nowhere] = await Promise.all([
      spawned(none),
      spawned({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }),
    ]);
    expect([anonymous.code, anonymous.stdout]).toEqual([1, '']);
    expect(anonymous.stderr).toMatch(
      /^aws-refused: AWS does not know who asks \(CredentialsProviderError: .*\n {2}→ Sign in \(aws sso login\)/,
    );
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      'aws-refused: No AWS region is known: neither the file of the environment nor your AWS settings name one.\n' +
        '  → Write `region: eu-central-1` into the file, or set AWS_REGION, or `region` of your profile.\n',
    ]);
    vi.unstubAllEnvs();
  });
});
