import { type Environment, type Variable, variableNames } from '../config/environment.ts';
import { CLOCK_OFFSET_MS_MAX, type ClockOffset } from '../shared/app/clock-offset.ts';
import type { Head } from '../shared/app/items.ts';
import type { LookbackCoverage } from '../shared/app/lookback-coverage.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import type { AppError } from '../shared/core/errors.ts';
import { type Finding, fail, ok, warn } from '../shared/core/finding.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';
import { marketLabel } from './accounts.ts';
import type { probeDataFolder } from './context.ts';
import { instant } from './screen.ts';

const NODE_MAJOR = 24;
const GIGABYTE = 1e9;

/** What the program runs on. */
export function versionFindings(versions: Readonly<Record<string, string>>): readonly Finding[] {
  return Object.entries(versions).map(([name, version]) =>
    name === 'node' && Number.parseInt(version, 10) < NODE_MAJOR
      ? warn(name, `${version}; made for ${NODE_MAJOR} or later`, 'Run it as `npx --no hot-crypto …`.')
      : ok(name, version),
  );
}

/** Which variables are set, and where. Never what a secret is. */
export function environmentFindings(
  { origins, file, logLevel, dataFolder }: Environment,
  {
    folder,
    krakenUrl,
    isLive,
  }: { readonly folder: string; readonly krakenUrl: string | undefined; readonly isLive: boolean },
): readonly Finding[] {
  const values: Partial<Record<Variable, string>> = {
    LOG_LEVEL: logLevel,
    HOT_CRYPTO_DATA: dataFolder ?? '.hot-crypto',
  };
  const told = variableNames.map((name) => {
    const origin = origins[name];
    const value = values[name];
    if (value !== undefined)
      return ok(name, origin === undefined ? `${value}, by default` : `${value}, from ${origin}`);
    const state = origin === undefined ? 'not set' : `set, from ${origin}`;
    return ok(name, isLive ? state : `${state}; keys are not used on paper`);
  });
  const misspelt = (file?.misspelt ?? []).map(([name, meant]) =>
    warn('.env', `'${name}' is not read; did you mean '${meant}'?`, `Rename it in '${file?.path}'.`),
  );
  const own = file?.refusal ? fail('.env', file.refusal) : ok('.env', file?.path ?? `none in '${folder}'`);
  const other = krakenUrl
    ? [
        warn(
          'HOT_CRYPTO_KRAKEN_URL',
          `Kraken is asked at '${krakenUrl}', on paper`,
          'That is for tests: unset it.',
        ),
      ]
    : [];
  return [...told, own, ...misspelt, ...other];
}

/** How far our clock is off. */
export function clockFinding({ offsetMs, toleranceMs }: ClockOffset): Finding {
  const seconds = (ms: number) => (Math.abs(ms) / 1000).toFixed(1);
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const text = `${seconds(offsetMs)} s ${side} Kraken's clock, to within ${seconds(toleranceMs)} s`;
  if (Math.abs(offsetMs) <= CLOCK_OFFSET_MS_MAX) return ok('Kraken', text);
  return warn('Kraken', text, 'Let the system set its clock, on Linux `timedatectl set-ntp true`.');
}

/** Where the name of the data folder comes from, as commander says it. */
const folderOrigins: Readonly<Record<string, string>> = { cli: '--data', env: 'HOT_CRYPTO_DATA' };

/** Whether the data folder and what is below it can be written, and how much room there is. */
export function diskFindings(
  { folder, origin }: { readonly folder: string; readonly origin: string | undefined },
  probes: readonly ReturnType<typeof probeDataFolder>[],
): readonly Finding[] {
  const [own] = probes;
  const fault = probes.find((probe) => probe.fault !== null)?.fault;
  const from = folderOrigins[origin ?? ''] ?? 'default';
  const state = own?.isThere ? 'can be written' : 'is not there yet and can be made';
  const hint = 'Give yourself the right to write there, or name another folder with --data.';
  const written = fault
    ? fail('folder', { message: `'${folder}' (${from}): ${fault}`, hint })
    : ok('folder', `'${folder}' (${from}) ${state}`);
  const freeBytes = own?.freeBytes ?? null;
  if (freeBytes === null) return [written];
  const free = `${(freeBytes / GIGABYTE).toFixed(1)} GB`;
  const remedy = 'Make room: state that cannot be written ends trading.';
  return [written, freeBytes < GIGABYTE ? warn('free', free, remedy) : ok('free', free)];
}

/** Whether a decision could rest on the stored candles of a series. */
export function coverageFinding(coverage: LookbackCoverage): Finding {
  const { symbol, timeframe, candles, newestMs, holes, fault } = coverage;
  const [hole] = holes;
  const parts = [
    `${candles} of ${LOOKBACK_ROWS} candles`,
    ...(newestMs === null ? [] : [`newest ${instant(newestMs)} UTC`]),
    ...(hole === undefined
      ? []
      : [
          `${holes.length === 1 ? 'a hole' : `${holes.length} holes, the first`} at ${instant(hole.fromMs)} UTC`,
        ]),
    ...(fault === null || fault === 'no candle' || fault.startsWith(`${candles} of `) ? [] : [fault]),
  ];
  const subject = `${symbol} ${timeframe}`;
  if (fault === null) return ok(subject, parts.join('; '));
  return warn(
    subject,
    parts.join('; '),
    `\`start\` fetches them, or \`npx --no hot-crypto candles fetch ${subject}\`.`,
  );
}

/** What an account says of itself. */
export function accountFinding(head: Head): Finding {
  const { account, source, lastTickMs, markedMs, openPositions } = head;
  const utc = (ms: EpochMs | null) => (ms === null ? 'never' : `${instant(ms)} UTC`);
  const when = `last tick ${utc(lastTickMs)}, newest mark ${utc(markedMs)}`;
  return ok(account, `${marketLabel(source)}; ${when}; ${openPositions} open`);
}

/** An account that cannot be read. A replay stops nobody: it can be made again. */
export function damagedAccount(account: string, error: AppError): Finding {
  if (account.startsWith('replay-'))
    return warn(account, error.message, 'Replay it again with --fresh, or delete it.');
  return error.code === 'state-invalid' ? fail(account, error) : warn(account, error.message, error.hint);
}
