import { paperExchange } from '../../shared/adapters/paper/exchange.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { krakenSource } from '../../shared/adapters/sources/kraken.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { liveFeed } from '../../shared/app/live-feed.ts';
import { catchUp } from '../../shared/app/paper-loop.ts';
import { type Kept, readResults } from '../../shared/app/results.ts';
import type { Trader } from '../../shared/app/trader.ts';
import { type Config, withRulesOf } from '../../shared/core/config.ts';
import { LOOKBACK_ROWS } from '../../shared/core/decision/lookback.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import { jsonHash } from '../../shared/core/hash.ts';
import { DAY_MS, type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { instancesOf } from '../../shared/core/strategies/instances.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

interface LaptopOptions {
  readonly config: Config;
  readonly codeVersion: string;
  readonly krakenUrl: string;
  readonly account: string;
}

/** The same account as `hot-crypto start` trades it: what it kept after a run at each of these instants. */
export async function onLaptop(
  { config: written, codeVersion, krakenUrl, account }: LaptopOptions,
  at: readonly { readonly nowMs: EpochMs; readonly before: () => void }[],
): Promise<Kept> {
  let now = 0;
  const nowMs = () => now;
  const source = krakenSource({ baseUrl: krakenUrl });
  const instruments = await Promise.all(written.symbols.map((symbol) => source.instrument(symbol)));
  const config = withRulesOf(written, instruments);
  const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)]));
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const feed = liveFeed({
    source,
    store: parquetCandleStore(memoryObjectStore(), 'kraken'),
    execTimeframe: '1m',
    nowMs,
  });
  const fillOf = (symbol: string) => (rules.get(symbol) ?? marketRules(config, symbol)).fill;
  const exchange = paperExchange(store, account, fillOf, { nowMs, execMs: MINUTE_MS });
  const trader: Trader = {
    store,
    account,
    owner: 'laptop',
    leaseMs: 90_000,
    wallMs: nowMs,
    hasEnded: () => false,
    config,
    configHash: jsonHash(config),
    codeVersion,
    instances: instancesOf(config),
    rules,
    execMs: MINUTE_MS,
    lookbackRows: LOOKBACK_ROWS,
    feed,
    exchange,
    live: null,
  };
  const loop = {
    paper: { trader, exchange, execCandle: feed.execCandle },
    feed,
    source: source.name,
    missedTimeframes: ['1m', '15m', '1h', '4h'] as const,
    absenceMs: MINUTE_MS,
  };
  for (const { nowMs: ms, before } of at) {
    before();
    now = ms;
    await catchUp(loop, ms);
  }
  const kept = await readResults(store, account, { fromMs: now - DAY_MS, toMs: now + DAY_MS });
  store.close();
  return kept;
}
