import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { CANDLE_PREFIX, KRAKEN_ACCOUNT, SERVICE_NAME } from '../config/service.ts';
import { dynamoClient, s3Client } from '../shared/adapters/aws/clients.ts';
import { dynamoStateStore } from '../shared/adapters/dynamodb/state-store.ts';
import { paperExchange } from '../shared/adapters/paper/exchange.ts';
import { parquetCandleStore } from '../shared/adapters/parquet/candle-store.ts';
import { s3ObjectStore } from '../shared/adapters/s3/object-store.ts';
import { krakenSource } from '../shared/adapters/sources/kraken.ts';
import { expiryOf } from '../shared/app/items.ts';
import { type LiveFeed, liveFeed } from '../shared/app/live-feed.ts';
import type { PaperLoop } from '../shared/app/paper-loop.ts';
import type { Scheduled } from '../shared/app/scheduled.ts';
import { checkSchema } from '../shared/app/schema.ts';
import type { Trader } from '../shared/app/trader.ts';
import { type Config, parseConfig, withRulesOf } from '../shared/core/config.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { marketRules } from '../shared/core/decision/rules.ts';
import { AppError } from '../shared/core/errors.ts';
import { jsonHash } from '../shared/core/hash.ts';
import type { Instrument } from '../shared/core/market/instruments.ts';
import { type EpochMs, MINUTE_MS, timeframeMs } from '../shared/core/market/timeframes.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';
import type { StateStore } from '../shared/ports/state-store.ts';

const EXEC = '1m';
const execMs = timeframeMs[EXEC];
/** What a lease outlasts its holder by: 20 s that a late end may take, 10 s between two clocks. */
const LEASE_MARGIN_MS = 30_000;
const EXCHANGE_TIMEOUT_MS = 5_000;
/** A schedule comes at any second of its minute; ten more for the run. */
const STOP_GRACE_MS = 70_000;
/** One watch that fails is no absence: the next one goes through both minutes, in order. */
const ABSENCE_MS = 2 * MINUTE_MS;

/** What deployment wrote beside the bundle. */
const deployedSchema = z.strictObject({
  environment: z.string(),
  codeVersion: z.string(),
  config: z.unknown(),
  dev: z.strictObject({ krakenUrl: z.string().nullable(), acceptsPlaceholder: z.boolean() }).nullable(),
});
const operatorVariables = z.object({ STATE_TABLE: z.string().min(1) });
const tradingVariables = operatorVariables.extend({ CANDLE_BUCKET: z.string().min(1) });

function openDeployed() {
  const text = readFileSync(join(import.meta.dirname, 'config.json'), 'utf8');
  const deployed = deployedSchema.parse(JSON.parse(text));
  if (deployed.environment === 'live') throw noLiveYet();
  return { ...deployed, config: parseConfig(deployed.config, 'config.json') };
}

function noLiveYet(): AppError {
  return new AppError(
    'config-invalid',
    'The environment live is for real money, which this version does not trade.',
    'Deploy paper: cdk deploy --all -c env=paper.',
  );
}

function openState(table: string): StateStore {
  return dynamoStateStore({ client: dynamoClient(), table, expiryMs: expiryOf });
}

/** What the functions behind the API work with. @throws when the function was not deployed with what it needs */
export function openOperator() {
  const { config } = openDeployed();
  const { STATE_TABLE } = operatorVariables.parse(process.env);
  return {
    account: KRAKEN_ACCOUNT,
    config,
    store: openState(STATE_TABLE),
    logger: new Logger({ serviceName: SERVICE_NAME }),
  };
}

/** What the scheduled functions work with. @throws when the function was not deployed with what it needs */
export function openTrading() {
  const { environment, codeVersion, config, dev } = openDeployed();
  const { STATE_TABLE, CANDLE_BUCKET } = tradingVariables.parse(process.env);
  const logger = new Logger({ serviceName: SERVICE_NAME });
  const store = openState(STATE_TABLE);
  const objects = s3ObjectStore({
    client: s3Client(process.env),
    bucket: CANDLE_BUCKET,
    prefix: CANDLE_PREFIX,
  });
  const kraken = krakenSource({
    baseUrl: dev?.krakenUrl ?? undefined,
    timeoutMs: EXCHANGE_TIMEOUT_MS,
    mayBurst: true,
  });
  const candles = parquetCandleStore(objects, 'kraken');
  // One for the life of the sandbox: what the last run read of the candles, this one need not read again.
  const feed = liveFeed({
    source: kraken,
    store: candles,
    execTimeframe: EXEC,
    isExecKeptLater: true,
    nowMs,
    onDifference: (difference) =>
      logger.warn('Kraken gives a stored candle with other prices', { difference }),
  });
  const parts = { store, feed, source: kraken.name, codeVersion };

  /** The account as one invocation works on it. */
  const within = (context: Context): Scheduled => ({
    store,
    account: KRAKEN_ACCOUNT,
    instances: instancesOf(config),
    openLoop: async () => {
      await checkSchema(store);
      const instruments: Instrument[] = [];
      for (const symbol of config.symbols) instruments.push(await kraken.instrument(symbol));
      const leaseMs = context.getRemainingTimeInMillis() + LEASE_MARGIN_MS;
      return loopOver({ ...parts, config: withRulesOf(config, instruments), leaseMs });
    },
    nowMs,
    leftMs: () => context.getRemainingTimeInMillis(),
    waitMs: (ms) => sleep(ms),
    hooks: {
      onDecisions: (records) => {
        for (const { atMs, symbol, action, code, reasons } of records)
          logger.info('decided', { atMs, symbol, action, code, why: reasons.at(-1) });
      },
      onPassing: ({ code, message }) => logger.info(message, { code }),
    },
  });
  return { environment, dev, logger, within };
}

interface Parts {
  readonly store: StateStore;
  readonly feed: LiveFeed;
  readonly source: string;
  readonly codeVersion: string;
  readonly config: Config;
  readonly leaseMs: number;
}

/** Paper trading on Kraken's candles of the present. */
function loopOver({ store, feed, source, codeVersion, config, leaseMs }: Parts): PaperLoop {
  const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)]));
  const fillRulesOf = (symbol: string) => (rules.get(symbol) ?? marketRules(config, symbol)).fill;
  const exchange = paperExchange(store, KRAKEN_ACCOUNT, fillRulesOf, {
    nowMs,
    execMs,
    stopGraceMs: STOP_GRACE_MS,
  });
  const trader: Trader = {
    store,
    account: KRAKEN_ACCOUNT,
    owner: randomUUID(),
    leaseMs,
    wallMs: nowMs,
    hasEnded: () => false,
    config,
    configHash: jsonHash(config),
    codeVersion,
    instances: instancesOf(config),
    rules,
    execMs,
    lookbackRows: LOOKBACK_ROWS,
    feed,
    exchange,
    live: null,
  };
  return {
    paper: { trader, exchange, execCandle: feed.execCandle },
    feed,
    source,
    missedTimeframes: ['1m', '15m', '1h', '4h'],
    absenceMs: ABSENCE_MS,
  };
}

function nowMs(): EpochMs {
  return Date.now();
}
