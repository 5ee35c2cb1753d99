import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import type { DecimalText } from '../../shared/core/decimal.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import type { FillRules } from '../../shared/core/execution/costs.ts';
import type { Candle } from '../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { OrderRequest } from '../../shared/ports/exchange.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { SCRIPT_START_MS } from './script.ts';
import { worldConfig } from './world.ts';

const config = worldConfig(['BTC/USD', 'ETH/USD']);

/** What fills of a symbol cost in these tests. */
export const fillRulesOf = (symbol: string): FillRules => marketRules(config, symbol).fill;

/** A state that lives as long as the test. */
export const memory = (): StateStore => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

/** An amount as decimal text. */
export const text = (amount: string) => amount as DecimalText;
/** An entry of two coins, its sale and its stop. */
export const buy: OrderRequest = {
  clientOrderId: 'buy',
  symbol: 'BTC/USD',
  side: 'buy',
  kind: 'market',
  isEntry: true,
  quantity: text('2'),
  budget: text('1000'),
};
export const sale: OrderRequest = {
  clientOrderId: 'sale',
  symbol: 'BTC/USD',
  side: 'sell',
  kind: 'market',
  isEntry: false,
  quantity: text('2'),
};
export const stop: OrderRequest = { ...sale, clientOrderId: 'stop', kind: 'stop', triggerPrice: text('95') };

/** Where the n-th hourly candle lies. */
export const at = (n: number) => ({
  candleMs: SCRIPT_START_MS + n * HOUR_MS,
  endMs: SCRIPT_START_MS + (n + 1) * HOUR_MS,
});
/** The n-th hourly candle of BTC/USD around 100. */
export const bitcoin = (n: number, low = 99, volume = 1000): ReadonlyMap<string, Candle> =>
  new Map([['BTC/USD', { openMs: at(n).candleMs, open: 100, high: 101, low, close: 100, volume }]]);

/** An order by its client id, as amend and cancel name it. */
export const named = (clientOrderId: string) => ({ clientOrderId, symbol: 'BTC/USD', kind: 'stop' }) as const;
/** How an order of an instant is sent here, where no mark matters. */
export const sent = (atMs: number) => ({ atMs, mark: { sentAtMs: atMs, deadlineMs: atMs, nonce: '0' } });
