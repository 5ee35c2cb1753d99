import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../config/environment.ts';
import { traceConfig } from '../config/load.ts';
import { loadAccount } from '../shared/app/account.ts';
import { type ClockOffset, clockOffset } from '../shared/app/clock-offset.ts';
import type { Head } from '../shared/app/items.ts';
import { type LookbackCoverage, lookbackCoverage, usedTimeframes } from '../shared/app/lookback-coverage.ts';
import { entryObstacle } from '../shared/core/decision/entry-obstacle.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { AppError } from '../shared/core/errors.ts';
import { type Finding, fail, ok, warn } from '../shared/core/finding.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';
import { settingsOf } from '../shared/core/settings.ts';
import {
  accountsIn,
  krakenAt,
  krakenFrom,
  openCandles,
  openState,
  openWorkspace,
  probeDataFolder,
  versions,
  type Workspace,
} from './context.ts';
import { candleVenueOf } from './context-live.ts';
import { examineLiveMode } from './examine-live.ts';
import {
  accountFinding,
  clockFinding,
  coverageFinding,
  damagedAccount,
  diskFindings,
  environmentFindings,
  versionFindings,
} from './findings.ts';
import type { CommonOptions } from './options.ts';
import { instant, note } from './screen.ts';

/** A value of the config in force, and where it was written. */
export interface TracedSetting {
  /** `risk.maxOpen` */
  readonly path: string;
  readonly value: unknown;
  /** The same without a file of one's own, or null when there is none. */
  readonly usual: unknown;
  readonly origin: string;
  readonly about: string;
}

/** An account of the data folder, as far as it can be read. */
interface KnownAccount {
  readonly account: string;
  readonly source: string | null;
  readonly lastTickMs: EpochMs | null;
  readonly markedMs: EpochMs | null;
}

/**
 * Looks at everything that trading needs; nothing that is found ends the looking.
 * @param origin where the name of the data folder comes from
 */
export async function examine(options: CommonOptions, nowMs: EpochMs, origin: string | undefined) {
  const { data } = options;
  const config = examineConfig(options);
  const clock = await examineClock(config.workspace, nowMs);
  const series = await examineSeries(config.workspace, nowMs);
  const accounts = await examineAccounts(data);
  const below = ['accounts', 'candles'].map((name) => join(data, name)).filter((path) => existsSync(path));
  const disk = [data, ...below].map(probeDataFolder);
  const environment = readEnvironment(process.cwd(), process.env);
  const isLive = config.workspace?.config.mode === 'live';
  const where = { folder: process.cwd(), krakenUrl: process.env['HOT_CRYPTO_KRAKEN_URL'] };
  const sections: Readonly<Record<string, readonly Finding[]>> = {
    versions: versionFindings(versions()),
    configuration: config.findings,
    environment: environmentFindings(environment, { ...where, isLive }),
    clock: clock.findings,
    disk: diskFindings({ folder: data, origin }, disk),
    data: series.findings,
    accounts: accounts.findings,
    ...(config.workspace !== undefined && isLive && { live: await examineLiveMode(config.workspace) }),
  };
  const findings = Object.entries(sections).flatMap(([section, found]) =>
    found.map((finding) => ({ section, ...finding })),
  );
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  return {
    mode: isLive ? 'live' : 'paper',
    isReady: count('fail') === 0,
    failures: count('fail'),
    warnings: count('warn'),
    findings,
    settings: config.settings,
    clock: { offsetMs: clock.offset?.offsetMs ?? null, toleranceMs: clock.offset?.toleranceMs ?? null },
    disk: { folder: data, freeBytes: disk[0]?.freeBytes ?? null },
    series: series.coverages,
    accounts: accounts.known,
  };
}

export type DoctorReport = Awaited<ReturnType<typeof examine>>;

interface ConfigExamination {
  /** Absent when the config is refused. */
  readonly workspace?: Workspace;
  readonly settings: readonly TracedSetting[];
  readonly findings: readonly Finding[];
}

function examineConfig(options: CommonOptions): ConfigExamination {
  const files = options.config === undefined ? 'config/*.yaml' : `${options.config} over config/*.yaml`;
  try {
    const workspace = openWorkspace(options);
    const settings = tracedSettings(options.config);
    const obstacle = entryObstacle(workspace.config.ensemble, workspace.instances);
    const remedy = 'Enable more strategies, or ask for less under ensemble, in a file for --config.';
    const unlimited = settings
      .filter(({ value }) => value === 'off')
      .map(({ path }) => warn(path, 'off: nothing limits it'));
    const entries = obstacle === null ? [] : [warn('entries', `${obstacle}: nothing is ever bought`, remedy)];
    return { workspace, settings, findings: [ok('files', files), ...entries, ...unlimited] };
  } catch (error) {
    return { settings: [], findings: [fail('files', told(error))] };
  }
}

function tracedSettings(file: string | undefined): readonly TracedSetting[] {
  const { config, originOf } = traceConfig(file);
  const usual = new Map(settingsOf(traceConfig().config).map(({ path, value }) => [path.join('.'), value]));
  return settingsOf(config).map(({ path, value, about }) => {
    const name = path.join('.');
    return { path: name, value, usual: usual.get(name) ?? null, origin: originOf(path), about };
  });
}

const KRAKEN_TIMEOUT_MS = 3_000;

async function examineClock(
  workspace: Workspace | undefined,
  nowMs: EpochMs,
): Promise<{ readonly offset?: ClockOffset; readonly findings: readonly Finding[] }> {
  const here = ok('here', `${instant(nowMs)} UTC`);
  try {
    const live = workspace?.config.mode === 'live' ? workspace.config.kraken : undefined;
    const options = { timeoutMs: KRAKEN_TIMEOUT_MS };
    const venue =
      live === undefined ? krakenFrom(process.env, options) : krakenAt({ baseUrl: live.baseUrl, ...options });
    const offset = await clockOffset(venue, () => Date.now());
    return { offset, findings: [here, clockFinding(offset)] };
  } catch (error) {
    const fault = told(error);
    if (fault.code !== 'source-unavailable') return { findings: [here, fail('Kraken', fault)] };
    note(fault.message, 'debug');
    const text = 'cannot be reached from here, so its clock is not known';
    return { findings: [here, warn('Kraken', text)] };
  }
}

async function examineSeries(
  workspace: Workspace | undefined,
  nowMs: EpochMs,
): Promise<{ readonly coverages: readonly LookbackCoverage[]; readonly findings: readonly Finding[] }> {
  if (workspace === undefined)
    return { coverages: [], findings: [warn('candles', 'not looked at: which ones, the config says')] };
  const store = openCandles(workspace, candleVenueOf(workspace.config));
  const coverages: LookbackCoverage[] = [];
  const findings: Finding[] = [];
  for (const symbol of workspace.config.symbols) {
    for (const timeframe of usedTimeframes(workspace.instances)) {
      try {
        const coverage = await lookbackCoverage(store, { symbol, timeframe, nowMs, rows: LOOKBACK_ROWS });
        coverages.push(coverage);
        findings.push(coverageFinding(coverage));
      } catch (error) {
        findings.push(fail(`${symbol} ${timeframe}`, told(error)));
      }
    }
  }
  return { coverages, findings };
}

interface AccountsExamination {
  readonly known: readonly KnownAccount[];
  readonly findings: readonly Finding[];
}

async function examineAccounts(dataFolder: string): Promise<AccountsExamination> {
  const known: KnownAccount[] = [];
  const findings: Finding[] = [];
  let accounts: readonly string[] = [];
  try {
    accounts = accountsIn({ dataFolder });
  } catch (error) {
    return { known, findings: [fail('folder', told(error))] };
  }
  for (const account of accounts) {
    try {
      const head = await headOf(dataFolder, account);
      const { source, lastTickMs, markedMs } = head;
      known.push({ account, source, lastTickMs, markedMs });
      findings.push(accountFinding(head));
    } catch (error) {
      known.push({ account, source: null, lastTickMs: null, markedMs: null });
      findings.push(damagedAccount(account, told(error)));
    }
  }
  return {
    known,
    findings: accounts.length === 0 ? [ok('account', 'none yet; `start` makes one')] : findings,
  };
}

async function headOf(dataFolder: string, account: string): Promise<Head> {
  const store = openState({ dataFolder }, account);
  try {
    return (await loadAccount(store, account)).head.value;
  } finally {
    store.close();
  }
}

/** An error that is told to a person; a fault of the program stays one. */
function told(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}
