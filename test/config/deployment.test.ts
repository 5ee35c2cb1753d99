import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Deployment, loadDeployment } from '../../config/deployment.ts';
import { loadConfig } from '../../config/load.ts';
import { AppError, describeError } from '../../shared/core/errors.ts';
import { temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

/** The environment of a file that says this. */
function load(name: string, text: string, context: Record<string, unknown> = {}): Deployment {
  writeFileSync(join(folder, `${name}.yaml`), text);
  return loadDeployment({ env: name, ...context }, { folder });
}

/** What a person reads when it is refused. */
function refusal(task: () => unknown): string {
  try {
    task();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return describeError(error);
  }
  throw new Error('nothing was refused');
}

const full = 'account: "123456789012"\nregion: eu-central-1\n';
const opted = 'live: { iUnderstandThatRealMoneyIsTraded: true }\n';

describe('an environment', () => {
  it('trades as config/*.yaml says where its file is silent', () => {
    const { config, ...rest } = load('paper', '# nothing\n');
    expect(config).toEqual(loadConfig());
    expect(rest).toEqual({
      name: 'paper',
      account: undefined,
      region: undefined,
      alarmEmail: undefined,
      isLive: false,
      isScheduled: true,
      dev: null,
    });
  });

  it('has an account, a region and an address, and what differs in trading', () => {
    const text = `${full}alarmEmail: me@example.com\ntrading:\n  capital: 500\n  risk: { maxOpen: 1 }\n`;
    const { config, account, region, alarmEmail } = load('paper', text);
    expect({ account, region, alarmEmail }).toEqual({
      account: '123456789012',
      region: 'eu-central-1',
      alarmEmail: 'me@example.com',
    });
    const ours = loadConfig();
    expect(config).toEqual({ ...ours, capital: 500, risk: { ...ours.risk, maxOpen: 1 } });
  });

  it('is made by any file of the folder', () => {
    expect(load('second-paper', full)).toMatchObject({ name: 'second-paper', isLive: false, dev: null });
  });

  it.each(['dev', 'paper'])('%s of the repository is ready to deploy', (name) => {
    expect(loadDeployment({ env: name })).toMatchObject({ name, isLive: false, config: loadConfig() });
  });
});

describe('a command line', () => {
  beforeEach(() => {
    for (const name of ['dev', 'paper', 'live']) writeFileSync(join(folder, `${name}.yaml`), '');
    writeFileSync(join(folder, 'Notes.yaml'), '');
    writeFileSync(join(folder, 'readme.txt'), '');
  });
  const given = (context: Record<string, unknown>) => refusal(() => loadDeployment(context, { folder }));
  const remedy =
    '\n  → Name one of dev, live, paper: -c env=NAME for cdk, --env NAME for hot-crypto. A file config/environments/NAME.yaml (small letters, digits, hyphens) makes another.';

  it('that names no environment, or none that there is, is told which there are', () => {
    expect(given({})).toBe(`usage: No environment is named.${remedy}`);
    expect(given({ env: 'papr' })).toBe(
      `usage: There is no environment 'papr' (did you mean 'paper'?).${remedy}`,
    );
    expect(given({ env: '../paper' })).toContain("There is no environment '../paper'");
    expect(given({ env: 'Notes' })).toContain("There is no environment 'Notes'");
  });

  it.each([
    ['krakenUrl', 'http://127.0.0.1:8080', 'paper'],
    ['schedules', 'off', 'paper'],
    ['schedules', 'on', 'paper'],
  ])('with -c %s=%s is for dev only', (name, value, env) => {
    expect(given({ env, [name]: value })).toBe(
      `usage: -c ${name}=${value} is for the environment dev, not for ${env}.\n  → Leave it out, or use -c env=dev.`,
    );
  });

  it('with an option of dev is refused in live, too', () => {
    const live = () => load('live', `${full}${opted}`, { krakenUrl: 'https://example.com' });
    expect(refusal(live)).toMatch(/^usage: -c krakenUrl=https:\/\/example\.com is for the environment dev,/);
  });

  // An option that `cdk` does not know it passes on: the schedules would stay on.
  it('that misspells an option is told', () => {
    expect(given({ env: 'dev', schedule: 'off' })).toBe(
      'usage: There is no option -c schedule=….\n  → Write -c schedules=….',
    );
    expect(given({ env: 'dev', krakenURL: 'https://x' })).toContain('Write -c krakenUrl=…');
  });

  it('may hold what cdk itself adds', () => {
    const context = {
      env: 'paper',
      'aws:cdk:version-reporting': false,
      '@aws-cdk/core:checkSecretUsage': true,
    };
    expect(loadDeployment(context, { folder }).name).toBe('paper');
  });
});

describe('dev', () => {
  const dev = (context: Record<string, unknown>) => load('dev', '', context);

  it('takes ticks without an instant, and asks Kraken unless it is told otherwise', () => {
    expect(dev({})).toMatchObject({ isScheduled: true, dev: { krakenUrl: null, acceptsPlaceholder: true } });
    expect(dev({ schedules: 'on' }).isScheduled).toBe(true);
    expect(dev({ schedules: 'off' }).isScheduled).toBe(false);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:80', 'https://example.com'])(
    'may ask %s',
    (krakenUrl) => {
      expect(dev({ krakenUrl }).dev).toEqual({ krakenUrl, acceptsPlaceholder: true });
    },
  );

  it.each(['http://example.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'nonsense', ''])(
    'may not ask %j',
    (krakenUrl) => {
      expect(refusal(() => dev({ krakenUrl }))).toBe(
        `usage: The address -c krakenUrl=${krakenUrl} is not safe for market data.\n  → Use an https:// address, or http:// on this machine.`,
      );
    },
  );

  it('has schedules that are on or off', () => {
    expect(refusal(() => dev({ schedules: 'of' }))).toBe(
      'usage: -c schedules=of says nothing.\n  → Use on (the default) or off.',
    );
  });
});

describe('a file', () => {
  it.each([
    ['acount: "123456789012"', '✖ Unrecognized key: "acount" (did you mean \'account\'?)'],
    ['account: 123456789012', '✖ expected twelve digits in quotes, such as "123456789012"'],
    ['account: "1234"', 'such as "123456789012" (given: \'1234\')\n  → at account'],
    ['region: Frankfurt', "✖ expected a region such as eu-central-1 (given: 'Frankfurt')\n  → at region"],
    ['alarmEmail: me', "✖ expected an e-mail address (given: 'me')\n  → at alarmEmail"],
    ['live: { yes: true }', '→ at live'],
    [opted, '✖ real money is traded in live.yaml only\n  → at live'],
  ])('of %j is refused, with the field', (text, told) => {
    const said = refusal(() => load('paper', text));
    expect(said).toMatch(new RegExp(`^config-invalid: ${join(folder, 'paper.yaml')} has [12] problem`));
    expect(said).toContain(told);
    expect(said).toMatch(/\n {2}→ (Correct the fields above; docs\/deploy\.md|Take the section away; ).*$/);
  });

  it.each([
    ['trading: { capitol: 1 }', '✖ Unrecognized key: "capitol" (did you mean \'capital\'?)'],
    ['trading: { risk: { riskPerTrade: 0.5 } }', "(given: '0.5')\n  → at risk.riskPerTrade"],
    ['trading: { strategies: { turtle: { timeframes: [2h] } } }', '→ at strategies.turtle.timeframes[0]'],
    ['trading: { mode: real }', "✖ expected paper or live (given: 'real')\n  → at mode"],
  ])('of %j is refused as a config is, with the place', (text, told) => {
    const said = refusal(() => load('paper', text));
    expect(said).toContain(`config-invalid: 'trading' of ${join(folder, 'paper.yaml')} has 1 problem(s):\n`);
    expect(said).toContain(told);
    expect(said).toContain('docs/config.md lists every field');
  });
});

describe('live', () => {
  const flag =
    '✖ expected true: without it nothing is deployed that could trade real money\n  → at live.iUnderstandThatRealMoneyIsTraded';
  const account = '✖ missing: live is bound to one account\n  → at account';
  const region = '✖ missing: live is bound to one region\n  → at region';

  it.each([
    ['', [flag, account, region]],
    [full, [flag]],
    [`${full}live: { iUnderstandThatRealMoneyIsTraded: false }`, [flag]],
    [opted, [account, region]],
    [`${opted}region: eu-central-1`, [account]],
    [`${opted}account: "123456789012"`, [region]],
  ])('of %j is refused', (text, problems) => {
    expect(refusal(() => load('live', text))).toBe(
      [
        `config-invalid: ${join(folder, 'live.yaml')} has ${problems.length} problem(s):`,
        ...problems,
        '  → Set all three in live.yaml when you mean it; -c env=paper trades no money.',
      ].join('\n'),
    );
  });

  it('is no mode of an environment yet, whatever its name', () => {
    for (const name of ['paper', 'live'])
      expect(refusal(() => load(name, `${name === 'live' ? full + opted : ''}trading: { mode: live }`))).toBe(
        `config-invalid: ${join(folder, name)}.yaml has 1 problem(s):\n✖ the functions trade on paper only so far\n  → at trading.mode\n` +
          '  → Leave it out; docs/live-trading.md says how real money is traded from a machine of your own.',
      );
  });

  it('is deployed when all three are there', () => {
    expect(load('live', `${full}${opted}`)).toMatchObject({ name: 'live', isLive: true, dev: null });
  });

  it('of the repository is refused as it comes', () => {
    expect(refusal(() => loadDeployment({ env: 'live' }))).toContain(
      'config-invalid: config/environments/live.yaml has 3 problem(s):',
    );
  });
});
