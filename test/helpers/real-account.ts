import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { loadAccount } from '../../shared/app/account.ts';
import { liveFeed } from '../../shared/app/live-feed.ts';
import { type LiveHooks, type LiveLoop, liveStep } from '../../shared/app/live-loop.ts';
import { readResults } from '../../shared/app/results.ts';
import { type DecimalText, unitsOf } from '../../shared/core/decimal.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import { DAY_MS, type EpochMs, timeframeMs } from '../../shared/core/market/timeframes.ts';
import { at, type LiveMarket, sourceOf } from './live-market.ts';
import { operatorOf } from './operator.ts';
import { scriptedInstances } from './script.ts';
import { standIn } from './stand-in.ts';
import { LEASE_MS, worldConfig } from './world.ts';

const SYMBOLS = ['BTC/USD', 'ETH/USD'];

/** An account of real money on such a market, its exchange played by a stand-in. Nothing waits: the clock is moved. */
export function realAccount(
  market: LiveMarket,
  {
    config: over = {},
    // Above the first trail, which stands at 0.96 × 100.5: so a stop that was never ratcheted stays one.
    stop = 0.97,
  }: { readonly config?: Readonly<Record<string, unknown>>; readonly stop?: number } = {},
) {
  const { source, broken } = sourceOf(market);
  const account = 'live';
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  let nowMs = at(0);
  let offsetMs = 0;
  let status = 'online';
  const waits: number[] = [];
  const priceOf = (symbol: string) =>
    (market.prices[symbol] ?? []).findLast(([hour]) => at(hour) <= nowMs)?.[1] ?? 100;
  const desk = standIn({ nowMs: () => nowMs, priceOf });
  const balances = new Map<string, DecimalText>([
    ['USD', '20000' as DecimalText],
    ['BTC', '100' as DecimalText],
    ['ETH', '100' as DecimalText],
  ]);
  const quote = { bid: 99.99, ask: 100.01 };
  const config = worldConfig(SYMBOLS, over);
  const loop = (owner = 'test'): LiveLoop => ({
    source: source.name,
    feed,
    trader: {
      store,
      account,
      owner,
      leaseMs: LEASE_MS,
      wallMs: () => nowMs,
      hasEnded: () => false,
      config,
      configHash: 'config of the test',
      codeVersion: 'code of the test',
      instances: scriptedInstances({ stop }),
      rules: new Map(SYMBOLS.map((symbol) => [symbol, marketRules(config, symbol)])),
      execMs: timeframeMs['1m'],
      lookbackRows: 720,
      feed,
      exchange: desk.exchange,
      live: {
        exchange: desk.exchange,
        venue: {
          balances: async () => balances,
          quote: async () => quote,
          status: async () => status,
          // Told to the whole second.
          serverTimeMs: async () => Math.floor((nowMs - offsetMs) / 1000) * 1000,
        },
        waitMs: async (ms) => {
          waits.push(ms);
          nowMs += Math.max(0, ms);
        },
      },
    },
  });
  const feed = liveFeed({ source, execTimeframe: '1m', nowMs: () => nowMs });
  const person = operatorOf(store, account);
  return {
    store,
    account,
    desk,
    balances,
    quote,
    broken,
    waits,
    person,
    setStatus: (mode: string) => {
      status = mode;
    },
    /** The clock is so far ahead of the exchange's. */
    setOffset: (ms: number) => {
      offsetMs = ms;
    },
    /** The clock is set right, or wrong, in the middle of a run. */
    setClock: (ms: EpochMs) => {
      nowMs = ms;
    },
    loop,
    async run(ms: EpochMs, hooks: LiveHooks = {}, owner = 'test'): Promise<void> {
      nowMs = ms;
      await liveStep(loop(owner), ms, hooks);
    },
    /** Capital is added and entries are allowed, an hour before the first tick that may enter. */
    async armed(usd = '10000'): Promise<void> {
      nowMs = at(0);
      await liveStep(loop(), at(0));
      await person.want({ kind: 'capital', amount: unitsOf(usd) });
      await person.reset('manual');
      nowMs = at(0, 1);
      await liveStep(loop(), at(0, 1));
    },
    state: () => loadAccount(store, account),
    results: () => readResults(store, account, { fromMs: at(0) - DAY_MS, toMs: nowMs + DAY_MS }),
  };
}
