import { openState } from '../../cli/context.ts';
import { LIVE_SOURCE } from '../../config/service.ts';
import { LIVE_ACCOUNT, openAccount } from '../../shared/app/account.ts';
import { bodyOf, keys, type Orphan } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { clientOrderId, type Intent } from '../../shared/core/execution/client-id.ts';
import { newOrder, type Order } from '../../shared/core/execution/order.ts';
import { openPosition } from '../../shared/core/execution/position.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';

const [account, symbol] = [LIVE_ACCOUNT, 'BTC/USD'];

/** When the entry of the account was decided; it filled 2 s later. */
const LIVE_ENTRY_MS: EpochMs = Date.UTC(2026, 0, 5, 12);

interface LiveAccount {
  readonly atMs?: EpochMs;
  readonly source?: string;
  /** USD that the coin was bought at; its stop lies 2 % below. */
  readonly price?: number;
}

/**
 * Writes an account of real money as a run would have left it in the middle of things: 0.01 BTC bought, its stop not
 * placed yet, and an order at Kraken that nobody knows.
 */
export async function makeLiveAccount(
  dataFolder: string,
  { atMs = LIVE_ENTRY_MS, source = LIVE_SOURCE, price = 100_000 }: LiveAccount = {},
): Promise<void> {
  const store = openState({ dataFolder }, account);
  const capital = unitsOf('2000');
  const head = await openAccount(store, { account, source, capital, createdMs: atMs });
  const fill = {
    atMs: atMs + 2_000,
    price: unitsOf(`${price}`),
    quantity: unitsOf('0.01'),
    cost: unitsOf(`${price / 100}`),
    fee: unitsOf(`${price / 25_000}`),
  };
  const plan = {
    symbol,
    tickMs: atMs,
    stopLevel: 0.98 * price,
    atr: 0.01 * price,
    target: null,
    timeStopMs: null,
  };
  const position = openPosition(
    { ...plan, supporters: [{ instance: 'turtle@4h', weight: 1, isLatched: false }] },
    fill,
    1,
  );
  const entry = orderOf({ account, symbol, tickMs: atMs, purpose: 'entry', number: 0 });
  const filled: Order = { ...entry, state: 'FILLED', filled: fill.quantity, fillIds: ['TABC'] };
  const orphan: Orphan = {
    exchangeId: 'OABCDE-12345-ABCDEF',
    clientOrderId: clientOrderId({ account, symbol, tickMs: 1, purpose: 'entry', number: 0 }),
    symbol,
    side: 'buy',
    quantity: fill.quantity,
    filled: 0n,
    openedMs: atMs,
    seenMs: atMs,
    state: 'found',
  };
  const booked = {
    ...fill,
    clientOrderId: entry.clientOrderId,
    symbol,
    side: 'buy',
    reason: 'ENTRY',
    step: 'OPEN',
  };
  const newest = { ...head, lastTickMs: atMs, markedMs: atMs, openPositions: 1 };
  const puts = [
    [keys.position(account, symbol), position],
    [keys.orphan(account, orphan.exchangeId), orphan],
    [keys.fill(account, { atMs: fill.atMs, id: 'TABC' }), booked],
    [keys.history(account, atMs, `ORDER#${String(atMs).padStart(14, '0')}#${entry.clientOrderId}`), filled],
  ] as const;
  await store.transact([
    { kind: 'put', ...keys.head(account), expect: 1, body: bodyOf(newest) },
    { kind: 'put', ...keys.cash(account), expect: 1, body: bodyOf({ cash: capital - fill.cost - fill.fee }) },
    ...puts.map(([key, body]) => ({ kind: 'put', ...key, expect: 'absent', body: bodyOf(body) }) as const),
  ]);
  store.close();
}

function orderOf(intent: Intent): Order {
  const { tickMs, purpose, number } = intent;
  return newOrder(
    {
      clientOrderId: clientOrderId(intent),
      symbol,
      purpose,
      number,
      tickMs,
      decidedMs: tickMs,
      quantity: unitsOf('0.01'),
    },
    { budget: unitsOf('2000') },
  );
}
