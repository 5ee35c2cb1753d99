import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '../shared/core/errors.ts';
import { nearest } from '../shared/core/nearest.ts';

/** The environment variables that are ours. Only they are read from a file `.env`. */
export const variables = {
  EXCHANGE_API_KEY: 'key of the exchange, with mode live; not used on paper',
  EXCHANGE_API_SECRET: 'secret of that key, with mode live; not used on paper',
  LOG_LEVEL: 'what is said on stderr: `error`, `warn`, `info` (default) or `debug`',
  HOT_CRYPTO_DATA: 'folder of candles and accounts, unless `--data` names one',
} as const;

export type Variable = keyof typeof variables;
export const variableNames = Object.keys(variables) as Variable[];
const SECRETS: readonly Variable[] = ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET'];

/** Least to most talkative. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What our variables say, and where they are set. The values of secrets are not in it: `readExchangeKey` has them. */
export interface Environment {
  readonly origins: Readonly<Partial<Record<Variable, 'environment' | '.env'>>>;
  readonly logLevel: LogLevel;
  readonly dataFolder: string | undefined;
  /** The file `.env`, when there is one. */
  readonly file: EnvironmentFile | undefined;
}

interface EnvironmentFile {
  readonly path: string;
  /** Why nothing of it may be used, or undefined. */
  readonly refusal: AppError | undefined;
  /** Names in it that are probably meant to be ours, with ours. */
  readonly misspelt: readonly (readonly [name: string, meant: Variable])[];
}

/**
 * Our variables from the environment and, where it does not have them, from `.env` in `folder`. An empty one is not set.
 * @throws AppError `usage` on a log level that is none
 */
export function readEnvironment(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Environment {
  const { file, values } = readFile(join(folder, '.env'));
  const given = (name: Variable) => (environment[name] ?? values[name]) || undefined;
  const set = variableNames.filter((name) => given(name) !== undefined);
  return {
    origins: Object.fromEntries(
      set.map((name) => [name, environment[name] === undefined ? '.env' : 'environment']),
    ),
    logLevel: parseLogLevel(given('LOG_LEVEL')),
    dataFolder: given('HOT_CRYPTO_DATA'),
    file,
  };
}

function parseLogLevel(text = 'info'): LogLevel {
  const level = logLevels.find((one) => one === text.toLowerCase());
  if (level !== undefined) return level;
  throw new AppError('usage', `LOG_LEVEL '${text}' is none.`, `Use one of ${logLevels.join(', ')}.`);
}

const BASE64 = /^([A-Za-z\d+/]{4})*([A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** What trading at the exchange is signed with. */
export interface ExchangeKey {
  readonly apiKey: string;
  readonly secret: string;
}

/**
 * Key and secret of the exchange, from where `readEnvironment` finds them. Nothing of them is kept here, and no message
 * holds any of it.
 * @throws AppError `exchange-misconfigured` naming what is not set, or is not what Kraken gives; `config-invalid` on a
 * file that others may read
 */
export function readExchangeKey(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ExchangeKey {
  const { file, values } = readFile(join(folder, '.env'));
  if (file?.refusal !== undefined) throw file.refusal;
  const [apiKey = '', secret = ''] = SECRETS.map((name) => environment[name] ?? values[name]);
  const missing = SECRETS.filter((name) => !(environment[name] ?? values[name]));
  const misshapen = [
    ...(/^[\w+/=-]*$/.test(apiKey) ? [] : ['EXCHANGE_API_KEY']),
    ...(BASE64.test(secret) ? [] : ['EXCHANGE_API_SECRET']),
  ];
  if (missing.length === 0 && misshapen.length === 0) return { apiKey, secret };
  const isMissing = missing.length > 0;
  throw new AppError(
    'exchange-misconfigured',
    isMissing
      ? `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set: without them nothing can be traded.`
      : `${misshapen.join(' and ')} ${misshapen.length === 1 ? 'does' : 'do'} not look as Kraken writes it.`,
    isMissing
      ? `Write both into '${join(folder, '.env')}', one NAME=value a line, and run \`chmod 600 .env\`; docs/live-trading.md says how the key is made.`
      : 'Copy it again, whole and without blanks or quotes around it: both are base64, and Kraken shows the secret once.',
  );
}

type Values = Readonly<Record<string, string | undefined>>;

function readFile(path: string): { readonly file: EnvironmentFile | undefined; readonly values: Values } {
  const found = contentOf(path);
  if (found === undefined) return { file: undefined, values: {} };
  if (found instanceof AppError) return { file: { path, refusal: found, misspelt: [] }, values: {} };
  const values = parseEnv(found.text);
  const misspelt = Object.keys(values).flatMap((name) => {
    const meant = nearestVariable(name);
    return meant === undefined || meant === name ? [] : [[name, meant] as const];
  });
  const refusal = refusalOf(path, found.mode, values);
  return { file: { path, refusal, misspelt }, values: refusal === undefined ? values : {} };
}

function nearestVariable(name: string): Variable | undefined {
  const [meant] = nearest(name, variableNames);
  return variableNames.find((one) => one === meant);
}

/** Whoever may read the file may trade with the key in it, under a misspelt name, too. */
function refusalOf(path: string, mode: number, values: Values): AppError | undefined {
  const held = Object.keys(values).filter((name) => {
    const meant = nearestVariable(name);
    return values[name] && meant !== undefined && SECRETS.includes(meant);
  });
  if (held.length === 0 || (mode & 0o077) === 0) return undefined;
  return new AppError(
    'config-invalid',
    `The file '${path}' holds ${held.join(' and ')}, and others than you may use it (mode ${octal(mode)}).`,
    'Run `chmod 600 .env` there.',
  );
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** The file with its mode; undefined when there is none (a folder of that name is none). */
function contentOf(path: string): { readonly text: string; readonly mode: number } | AppError | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { mode } = fstatSync(file);
    return { text: readFileSync(file, 'utf8'), mode };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(code)) return undefined;
    return new AppError(
      'config-invalid',
      `The file '${path}' cannot be read: ${code}.`,
      'Give yourself the right to read it, or move it away.',
      { cause: error },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
