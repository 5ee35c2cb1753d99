import { type Config, parseConfig } from '../../shared/core/config.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import { MINUTE_MS, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { Instance } from '../../shared/core/strategies/instances.ts';
import type { Strategy } from '../../shared/core/strategies/strategy.ts';
import type { Chance } from './chance.ts';
import { LOOKBACK_ROWS, SYMBOLS, says, TICK_TIMEFRAME } from './market.ts';

export const ACCOUNT = 'live';
export const SOURCE = 'kraken';
const LEASE_MS = 90_000;
export const CAPITAL = 10_000;
export const TICK_MS = timeframeMs[TICK_TIMEFRAME];

/** A config by which a few minutes bring entries, exits, and now and then a limit that holds them up. */
export function configOf(chance: Chance): Config {
  const market = { minCost: '0.5', halfSpreadBps: 2 };
  return parseConfig(
    {
      capital: CAPITAL,
      symbols: [...SYMBOLS],
      markets: {
        'BTC/USD': { ...market, tickDecimals: 1, lotDecimals: 8, minQuantity: '0.00005' },
        'ETH/USD': { ...market, tickDecimals: 2, lotDecimals: 8, minQuantity: '0.001' },
      },
      fees: { maker: 0.001, taker: 0.001 },
      entry: chance.uniform() < 0.5 ? 'maker' : 'taker',
      ensemble: { threshold: 0.45, minSupporters: 1, minFamilies: 1 },
      risk: {
        riskPerTrade: 0.01,
        maxOpen: chance.uniform() < 0.3 ? 1 : 2,
        cooldownMinutes: chance.uniform() < 0.3 ? 6 : 0,
        dailyLossMax: chance.uniform() < 0.3 ? 0.004 : 0.05,
        drawdownMax: 0.1,
        minAtrFraction: 0,
        maxSpreadBps: 50,
      },
      breakers: { losses: 4, lossesLockMinutes: 15, flashMove: 0.03 },
      strategies: {},
    },
    'the simulation',
  );
}

/** One strategy that says what the volume of a candle says: see market.ts. */
function instancesOf(chance: Chance): readonly Instance[] {
  const isTrailing = chance.uniform() < 0.5;
  const hasTarget = chance.uniform() < 0.4;
  const strategy: Strategy = {
    id: 'trend_ema',
    title: 'scripted',
    family: 'trend',
    formula: 'as drawn',
    source: 'the seed',
    loses: 'where the seed says so',
    params: { parse: () => ({}) } as unknown as Strategy['params'],
    warmup: () => 0,
    prepare: ({ close, volume }) => ({
      vote: Int8Array.from(volume, (one) => (says('long', one) ? 1 : 0)),
      exit: Uint8Array.from(volume, (one) => (says('exit', one) ? 1 : 0)),
      stop: close.map((price) => 0.985 * price),
      ...(isTrailing && { trail: close.map((price) => 0.99 * price) }),
      ...(hasTarget && { target: close.map((price) => 1.02 * price) }),
    }),
  };
  const timeStopMs = chance.uniform() < 0.3 ? 2 * TICK_MS : null;
  return [{ id: `trend_ema@${TICK_TIMEFRAME}`, strategy, timeframe: TICK_TIMEFRAME, params: {}, timeStopMs }];
}

/** What of a trader is the same for all workers of a world. */
export function traderTerms(config: Config, chance: Chance) {
  return {
    account: ACCOUNT,
    leaseMs: LEASE_MS,
    hasEnded: () => false,
    config,
    configHash: 'config of the simulation',
    codeVersion: 'code of the simulation',
    instances: instancesOf(chance),
    rules: new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)])),
    execMs: MINUTE_MS,
    lookbackRows: LOOKBACK_ROWS,
  };
}
