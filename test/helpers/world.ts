import { paperExchange } from '../../shared/adapters/paper/exchange.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { storedFeed } from '../../shared/app/stored-feed.ts';
import type { Feed, Trader } from '../../shared/app/trader.ts';
import type { EngineInput } from '../../shared/core/backtest/engine-run.ts';
import { type Config, parseConfig } from '../../shared/core/config.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import type { MarketData } from '../../shared/core/market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { Instance } from '../../shared/core/strategies/instances.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import {
  type Past,
  SCRIPT_START_MS,
  type ScriptedOptions,
  scriptedData,
  scriptedInstances,
} from './script.ts';

/** A market that was made up, the account that trades it, and the span of the play. */
export interface World {
  readonly account: string;
  readonly config: Config;
  readonly instances: readonly Instance[];
  readonly data: MarketData;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly lookbackRows: number;
}

const market = { tickDecimals: 2, lotDecimals: 4, minQuantity: '0.01', minCost: '0.5', halfSpreadBps: 1 };

/** Limits that stand in nobody's way. */
export const freely = { cooldownMinutes: 0, dailyLossMax: 'off', drawdownMax: 'off', maxOpen: 20 };

/** Fields of a config that replace the ordinary ones, and fields of every market. */
export interface ConfigOver extends Readonly<Record<string, unknown>> {
  readonly market?: Readonly<Record<string, unknown>>;
}

/** A config in which one strategy is enough for an entry and losses forbid none. `over` replaces whole fields of it. */
export function worldConfig(
  symbols: readonly string[],
  { market: own = {}, ...over }: ConfigOver = {},
): Config {
  return parseConfig(
    {
      symbols: [...symbols],
      markets: Object.fromEntries(symbols.map((symbol) => [symbol, { ...market, ...own }])),
      ensemble: { threshold: 0.45, minSupporters: 1, minFamilies: 1 },
      risk: freely,
      strategies: {},
      ...over,
    },
    'the test',
  );
}

export interface ScriptedWorld extends ScriptedOptions {
  readonly exec?: Timeframe;
  readonly lookbackRows?: number;
  /** Candles of each timeframe before the scripts; as many as a decision sees, when not told. */
  readonly historyRows?: number;
  readonly past?: Readonly<Record<string, Past>>;
  /** A tick of 4h, 2024-01-31 when not told. */
  readonly startMs?: EpochMs;
  readonly config?: ConfigOver;
}

/** A world of scripted candles and strategies: see script.ts. */
export function scriptedWorld(
  scripts: Readonly<Record<string, string>>,
  {
    exec = '4h',
    lookbackRows = 720,
    historyRows = lookbackRows,
    past = {},
    startMs = SCRIPT_START_MS,
    config = {},
    ...options
  }: ScriptedWorld = {},
): World {
  return {
    account: 'replay-test',
    config: worldConfig(Object.keys(scripts), config),
    instances: scriptedInstances(options),
    lookbackRows,
    ...scriptedData(scripts, { exec, historyRows, past, startMs }),
  };
}

/** A process that works on an account: who it is, what it thinks of others, and what it is given to work with. */
export interface Worker {
  readonly store: StateStore;
  readonly owner?: string;
  readonly wallMs?: () => EpochMs;
  readonly hasEnded?: (owner: string) => boolean;
  readonly lookbackRows?: number;
  readonly over?: (feed: Feed) => Feed;
  /** Config by which this process trades, when it is not the world's. */
  readonly config?: Config;
}

/** The wall clock of a world in which no time passes. */
export const WALL_MS = 1_800_000_000_000;

/** How long a lease lasts in a world. */
export const LEASE_MS = 90_000;

/** What a worker needs to drive the world's account. */
export function paperOf(world: World, worker: Worker): Paper {
  const { config = world.config, lookbackRows = world.lookbackRows } = worker;
  const { store, owner = 'one', over = (feed) => feed } = worker;
  const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)]));
  const feed = storedFeed(world.data);
  const exchange = paperExchange(store, world.account, (symbol) => marketRules(config, symbol).fill);
  const trader: Trader = {
    store,
    account: world.account,
    owner,
    leaseMs: LEASE_MS,
    wallMs: worker.wallMs ?? (() => WALL_MS),
    hasEnded: worker.hasEnded ?? (() => false),
    config,
    configHash: 'config of the test',
    codeVersion: 'code of the test',
    instances: world.instances,
    rules,
    execMs: timeframeMs[world.data.execTimeframe],
    lookbackRows,
    feed: over(feed),
    exchange,
    live: null,
  };
  return { trader, exchange, execCandle: (symbol, openMs) => feed.execCandle(symbol, openMs) };
}

/** The same world for the engine. */
export function engineInputOf(world: World): Omit<EngineInput, 'isRecording'> {
  return { ...world, configHash: 'config of the test', codeVersion: 'code of the test' };
}
