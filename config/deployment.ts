import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import type { Config } from '../shared/core/config.ts';
import { configError, problem, problemsOf } from '../shared/core/config-problems.ts';
import { AppError } from '../shared/core/errors.ts';
import { didYouMean, nearest } from '../shared/core/nearest.ts';
import { isSafeUrl, SAFE_URL_RULE } from '../shared/core/safe-url.ts';
import { configOver, readTree } from './load.ts';
import type { DevSettings } from './service.ts';

/** One deployed environment, as its file and the command line say. */
export interface Deployment {
  readonly name: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Who is told of alarms. */
  readonly alarmEmail: string | undefined;
  readonly isLive: boolean;
  /** False leaves the schedules there, switched off: a test invokes by hand then. */
  readonly isScheduled: boolean;
  readonly config: Config;
  readonly dev: DevSettings | null;
}

const environmentSchema = z.strictObject({
  account: z
    .string('expected twelve digits in quotes, such as "123456789012"')
    .regex(/^\d{12}$/, 'expected twelve digits in quotes, such as "123456789012"')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-central-1')
    .optional(),
  alarmEmail: z.email('expected an e-mail address').optional(),
  live: z.strictObject({ iUnderstandThatRealMoneyIsTraded: z.boolean() }).optional(),
  trading: z.record(z.string(), z.unknown()).default({}),
});
type Environment = z.output<typeof environmentSchema>;

const FOLDER = join(import.meta.dirname, 'environments');
const REMEDY = 'Correct the fields above; docs/deploy.md says what each of them is.';
const NO_LIVE_YET =
  'Leave it out; docs/live-trading.md says how real money is traded from a machine of your own.';
const LIVE = 'live';
const DEV = 'dev';

/** Options of `cdk -c NAME=VALUE` that are ours. */
const options = ['env', 'krakenUrl', 'schedules'] as const;

/**
 * The environment that a command line names, from `NAME.yaml` of a folder.
 * @param context what `cdk` was given with `-c`, and what it adds itself
 * @throws AppError `usage` on a wrong option, `config-invalid` on a wrong file
 */
export function loadDeployment(
  context: Readonly<Record<string, unknown>>,
  { folder = FOLDER }: { readonly folder?: string } = {},
): Deployment {
  refuseMisspelt(Object.keys(context));
  const name = chosenName(context['env'], namesIn(folder));
  const path = join(folder, `${name}.yaml`);
  const file = folder === FOLDER ? relative(join(FOLDER, '../..'), path) : path;
  const input = readTree(path);
  const parsed = environmentSchema.safeParse(input);
  if (!parsed.success)
    throw configError(file, problemsOf(parsed.error, { input, schema: environmentSchema }), REMEDY);
  const problems = liveProblems(name, parsed.data);
  if (problems.length > 0) throw configError(file, problems, liveRemedy(name));
  const { account, region, alarmEmail, trading } = parsed.data;
  const config = configOver({ name: `'trading' of ${file}`, tree: trading });
  if (config.mode === 'live')
    throw configError(
      file,
      [problem('the functions trade on paper only so far', ['trading', 'mode'])],
      NO_LIVE_YET,
    );
  return {
    name,
    account,
    region,
    alarmEmail,
    isLive: name === LIVE,
    ...devOptions(name, context),
    config,
  };
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((file) => /^([a-z][a-z0-9-]{0,19})\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

function chosenName(given: unknown, names: readonly string[]): string {
  const name = names.find((one) => one === given);
  if (name !== undefined) return name;
  const what =
    given === undefined
      ? 'No environment is named.'
      : `There is no environment '${given}'${meant(given, names)}.`;
  throw new AppError(
    'usage',
    what,
    `Name one of ${names.join(', ')}: -c env=NAME for cdk, --env NAME for hot-crypto. A file config/environments/NAME.yaml (small letters, digits, hyphens) makes another.`,
  );
}

function meant(given: unknown, names: readonly string[]): string {
  return didYouMean(String(given), names);
}

/** `cdk` takes any option, and a misspelt one would leave the schedules on. */
function refuseMisspelt(given: readonly string[]): void {
  for (const name of given) {
    const [near] = nearest(name, options);
    if (near === undefined || options.some((one) => one === name)) continue;
    throw new AppError('usage', `There is no option -c ${name}=….`, `Write -c ${near}=….`);
  }
}

/** Real money needs three things in writing, and is traded in one environment. */
function liveProblems(name: string, { live, account, region }: Environment): readonly string[] {
  if (name !== LIVE)
    return live === undefined ? [] : [problem('real money is traded in live.yaml only', ['live'])];
  return [
    ...(live?.iUnderstandThatRealMoneyIsTraded === true
      ? []
      : [problem('expected true: without it nothing is deployed that could trade real money', LIVE_FLAG)]),
    ...(account === undefined ? [problem('missing: live is bound to one account', ['account'])] : []),
    ...(region === undefined ? [problem('missing: live is bound to one region', ['region'])] : []),
  ];
}
const LIVE_FLAG = ['live', 'iUnderstandThatRealMoneyIsTraded'];

function liveRemedy(name: string): string {
  return name === LIVE
    ? 'Set all three in live.yaml when you mean it; -c env=paper trades no money.'
    : 'Take the section away; -c env=live is for real money.';
}

function devOptions(
  name: string,
  { krakenUrl, schedules }: Readonly<Record<string, unknown>>,
): Pick<Deployment, 'dev' | 'isScheduled'> {
  if (name !== DEV) {
    const [given] = Object.entries({ krakenUrl, schedules }).filter(([, value]) => value !== undefined);
    if (given === undefined) return { dev: null, isScheduled: true };
    throw new AppError(
      'usage',
      `-c ${given[0]}=${given[1]} is for the environment dev, not for ${name}.`,
      'Leave it out, or use -c env=dev.',
    );
  }
  if (schedules !== undefined && schedules !== 'on' && schedules !== 'off')
    throw new AppError('usage', `-c schedules=${schedules} says nothing.`, 'Use on (the default) or off.');
  return {
    dev: { krakenUrl: checkedUrl(krakenUrl), acceptsPlaceholder: true },
    isScheduled: schedules !== 'off',
  };
}

/** The same rule as that of Kraken's adapter, said before anything is deployed. */
function checkedUrl(given: unknown): string | null {
  if (given === undefined) return null;
  if (isSafeUrl(String(given))) return String(given);
  throw new AppError(
    'usage',
    `The address -c krakenUrl=${given} is not safe for market data.`,
    `Use ${SAFE_URL_RULE}.`,
  );
}
