import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { arch, hostname, release, type } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { fileObjectStore } from '../shared/adapters/files/object-store.ts';
import { type FolderProbe, probeFolder } from '../shared/adapters/files/probe-folder.ts';
import { paperExchange } from '../shared/adapters/paper/exchange.ts';
import { parquetCandleStore } from '../shared/adapters/parquet/candle-store.ts';
import { parseCandleCsv } from '../shared/adapters/sources/csv.ts';
import { krakenSource } from '../shared/adapters/sources/kraken.ts';
import { syntheticSource } from '../shared/adapters/sources/synthetic.ts';
import { sqliteStateStore } from '../shared/adapters/sqlite/state-store.ts';
import type { Feed, Trader } from '../shared/app/trader.ts';
import { type Config, withRulesOf } from '../shared/core/config.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { type MarketRules, marketRules } from '../shared/core/decision/rules.ts';
import { AppError } from '../shared/core/errors.ts';
import { jsonHash, sha256 } from '../shared/core/hash.ts';
import type { Instrument } from '../shared/core/market/instruments.ts';
import { SYNTHETIC_START_MS } from '../shared/core/market/synthetic.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';
import { type Instance, instancesOf } from '../shared/core/strategies/instances.ts';
import type { CandleFileReader } from '../shared/ports/candle-file.ts';
import type { CandleSource } from '../shared/ports/candle-source.ts';
import type { CandleStore } from '../shared/ports/candle-store.ts';
import type { ModelledExchange } from '../shared/ports/modelled-exchange.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { Venue } from '../shared/ports/venue.ts';
import type { CommonOptions } from './options.ts';
import { note } from './screen.ts';

/** A holder of the lease on a laptop lives as long as one step; a margin stays for a slow disk. */
const LEASE_MS = 90_000;

/** What every verb starts from: the configuration in force and the folder that it works in. */
export interface Workspace {
  readonly config: Config;
  readonly configHash: string;
  readonly instances: readonly Instance[];
  readonly rules: ReadonlyMap<string, MarketRules>;
  readonly codeVersion: string;
  readonly dataFolder: string;
}

/** Opens the workspace of a command line. @throws AppError `config-invalid` */
export function openWorkspace({ config: file, data }: CommonOptions): Workspace {
  return workspaceOf(loadConfig(file), data);
}

function workspaceOf(config: Config, dataFolder: string): Workspace {
  return {
    config,
    configHash: jsonHash(config),
    instances: instancesOf(config),
    rules: new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)])),
    codeVersion: version(),
    dataFolder,
  };
}

/** The workspace with the venue's own rules for its pairs; the fees stay those of the configuration. */
export function withInstruments(workspace: Workspace, instruments: readonly Instrument[]): Workspace {
  const { config, dataFolder } = workspace;
  return workspaceOf(withRulesOf(config, instruments), dataFolder);
}

/** The version of this program. */
export function version(): string {
  return versionIn(join(import.meta.dirname, '../package.json'));
}

/** What the program runs on. */
export function versions(): Readonly<Record<'hot-crypto' | 'node' | 'sqlite' | 'ccxt' | 'system', string>> {
  return {
    'hot-crypto': version(),
    node: process.versions.node,
    sqlite: String(process.versions['sqlite']),
    // ccxt's own constant lags behind its releases.
    ccxt: versionIn(findPackageJSON('ccxt', import.meta.url)),
    system: `${type()} ${release()} ${arch()}`,
  };
}

function versionIn(file: string | undefined): string {
  const manifest: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'));
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isNamed ? String(manifest.version) : 'unknown';
}

/** Whether the data folder can be written, and how much room there is. */
export function probeDataFolder(dataFolder: string): FolderProbe {
  return probeFolder(dataFolder);
}

/** The candles of a venue in the workspace; `simulated` is a Kraken at another address than its own. */
export function openCandles(
  { dataFolder }: Pick<Workspace, 'dataFolder'>,
  venue: 'kraken' | 'simulated' | 'synthetic',
): CandleStore {
  return parquetCandleStore(fileObjectStore(join(dataFolder, 'candles')), venue);
}

/** The state of one account. A replay can be run again, so it need not wait for the disk. */
export function openState({ dataFolder }: Pick<Workspace, 'dataFolder'>, account: string): StateStore {
  const durability = account.startsWith('replay-') ? 'relaxed' : 'full';
  return sqliteStateStore({ file: stateFile(dataFolder, account), durability });
}

/** The state of an account that must exist. @throws AppError `not-found` */
export function openExistingState(workspace: Workspace, account: string): StateStore {
  if (existsSync(stateFile(workspace.dataFolder, account))) return openState(workspace, account);
  throw new AppError(
    'not-found',
    `There is no account '${account}' in '${workspace.dataFolder}'.`,
    'Run `hot-crypto start` first, or name the folder with --data.',
  );
}

/** The accounts that have a state, in alphabetical order. @throws AppError `state-invalid` */
export function accountsIn({ dataFolder }: Pick<Workspace, 'dataFolder'>): readonly string[] {
  const folder = join(dataFolder, 'accounts');
  if (!existsSync(folder)) return [];
  return namesIn(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => name.slice(0, -'.sqlite'.length))
    .sort();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new AppError(
      'state-invalid',
      `The folder '${folder}' cannot be read (${code}).`,
      'Check that you may read it and that no file is in its place, or name another with --data.',
      { cause: error },
    );
  }
}

/** Deletes the state of a replay. */
export function deleteState({ dataFolder }: Pick<Workspace, 'dataFolder'>, account: string): void {
  for (const end of ['', '-wal', '-shm', '.code'])
    rmSync(`${stateFile(dataFolder, account)}${end}`, { force: true });
}

/**
 * Forgets a replay that other code began: what it found is not what this code would find.
 * @returns whether there was one
 */
export function dropReplayOfOtherCode(workspace: Pick<Workspace, 'dataFolder'>, account: string): boolean {
  const state = stateFile(workspace.dataFolder, account);
  const marker = `${state}.code`;
  const code = codeHash();
  const isOther = existsSync(state) && (!existsSync(marker) || readFileSync(marker, 'utf8') !== code);
  if (isOther) deleteState(workspace, account);
  writeMarker(marker, code);
  return isOther;
}

function writeMarker(marker: string, code: string): void {
  try {
    mkdirSync(dirname(marker), { recursive: true });
    writeFileSync(marker, code);
  } catch (cause) {
    throw new AppError(
      'state-invalid',
      `"${marker}" cannot be written: ${cause instanceof Error ? cause.message : cause}`,
      'Check that you may write the folder and that the disk has space.',
      { cause },
    );
  }
}

/** Content of everything below `shared/`: what a replay is made by. */
function codeHash(): string {
  const folder = join(import.meta.dirname, '../shared');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return sha256(...names.sort().flatMap((name) => [name, readFileSync(join(folder, name))]));
}

function stateFile(dataFolder: string, account: string): string {
  return join(dataFolder, 'accounts', `${account}.sqlite`);
}

/** What distinguishes one trader of a workspace from another. */
export interface TraderParts {
  readonly account: string;
  readonly store: StateStore;
  readonly feed: Feed;
  readonly execMs: number;
  /** The market's present, where it does not wait for the program: an order sent late fills late. */
  readonly presentMs?: (() => EpochMs) | undefined;
}

/** A trader on the paper exchange, with that exchange. */
export function paperTrader(
  workspace: Workspace,
  { account, store, feed, execMs, presentMs }: TraderParts,
): { readonly trader: Trader; readonly exchange: ModelledExchange } {
  const fillRulesOf = (symbol: string) =>
    (workspace.rules.get(symbol) ?? marketRules(workspace.config, symbol)).fill;
  const clock = presentMs === undefined ? undefined : { nowMs: presentMs, execMs };
  const exchange = paperExchange(store, account, fillRulesOf, clock);
  const trader = traderOf(workspace, { account, store, feed, execMs, exchange, live: null });
  return { trader, exchange };
}

/** A trader of this process on an exchange. */
export function traderOf(
  workspace: Workspace,
  own: Omit<TraderParts, 'presentMs'> & Pick<Trader, 'exchange' | 'live'>,
): Trader {
  const { config, configHash, codeVersion, instances, rules } = workspace;
  return {
    ...own,
    owner: `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`,
    leaseMs: LEASE_MS,
    wallMs: () => Date.now(),
    hasEnded,
    config,
    configHash,
    codeVersion,
    instances,
    rules,
    lookbackRows: LOOKBACK_ROWS,
  };
}

/** A holder of this machine whose process is gone cannot come back: its lease need not run out. */
function hasEnded(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname() || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Kraken's public candles; HOT_CRYPTO_KRAKEN_URL names another server for tests, https or on this machine. */
export function krakenFrom(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly timeoutMs?: number } = {},
): CandleSource & Venue {
  return krakenAt({ baseUrl: environment['HOT_CRYPTO_KRAKEN_URL'], ...options });
}

/** Kraken's public candles from an address. */
export function krakenAt(options: {
  readonly baseUrl: string | undefined;
  readonly timeoutMs?: number;
}): CandleSource & Venue {
  const source = krakenSource(options);
  return {
    ...source,
    async closedCandles(request) {
      const begunMs = performance.now();
      const candles = await source.closedCandles(request);
      const tookMs = Math.round(performance.now() - begunMs);
      const { symbol, timeframe } = request;
      note(
        `${source.name}: ${candles.openMs.length} ${timeframe} candles of ${symbol} in ${tookMs} ms`,
        'debug',
      );
      return candles;
    },
  };
}

/** Reads a file of candles, ours or of Kraken's archive. */
export const readCandleFile: CandleFileReader = parseCandleCsv;

/** The synthetic market of this workspace's symbols, from 720 days before its trading begins. */
export function syntheticFrom({ config }: Pick<Workspace, 'config'>, seed: number): CandleSource {
  const symbols = config.symbols.map((symbol) => ({
    symbol,
    tickDecimals: config.markets[symbol]?.tickDecimals ?? 2,
  }));
  return syntheticSource({ seed, startMs: SYNTHETIC_START_MS, symbols });
}

/** A state that lives as long as the program: what a dry run decides is forgotten. */
export function forgetfulState(): StateStore {
  return sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
}
