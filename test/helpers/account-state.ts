import { expect } from 'vitest';
import { readItem } from '../../shared/app/items.ts';
import { monthsOf } from '../../shared/app/results.ts';
import { unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import type { Item, ItemBody, StateStore } from '../../shared/ports/state-store.ts';
import type { World } from './world.ts';

/** Everything stored of a world's account but the lease, and but what tells when and how often an order was sent. */
export async function stateOf(
  store: StateStore,
  world: Pick<World, 'account' | 'fromMs' | 'toMs'>,
): Promise<Readonly<Record<string, ItemBody>>> {
  const { account } = world;
  const names = ['ACCOUNT', 'FILL', 'TICK', 'PAPER', 'BREAKER', 'REQUEST', 'CONFIG'];
  const partitions = names.map((name) => `${name}#${account}`);
  const state: Record<string, ItemBody> = {};
  for (const pk of [...partitions, ...monthsOf(account, world)]) {
    for (const { sk, body } of await store.query(pk)) {
      if (sk === 'LEASE') continue;
      const { mark: _, attempts: __, absence: ___, ...rest } = body;
      state[`${pk} ${sk}`] = rest;
    }
  }
  return state;
}

const amount = (value: unknown) => unitsOf(String(value));

interface PaperOrder extends Item {
  readonly status: string;
  readonly fills: readonly ItemBody[];
}

async function paperOrders(store: StateStore, { account }: World): Promise<readonly PaperOrder[]> {
  const items = await store.query(`PAPER#${account}`);
  return items
    .filter(({ sk }) => /^(OPEN|ENDED)#/.test(sk))
    .map((item) => ({
      ...item,
      status: String(item.body['status']),
      fills: item.body['fills'] as readonly ItemBody[],
    }));
}

/** One exchange order a client id, ledger fills equal to exchange fills, and cash conserved to the last unit. */
export async function expectBooksToAgree(store: StateStore, world: World): Promise<void> {
  const orders = await paperOrders(store, world);
  const ids = orders.map(({ body }) => body['clientOrderId']);
  expect(new Set(ids).size).toBe(ids.length);

  const executed = orders.flatMap(({ body, fills }) =>
    fills.map((fill, n) => ({
      key: `${body['clientOrderId']}#${n}`,
      side: body['side'],
      ...pick(fill, ['atMs', 'price', 'quantity', 'cost', 'fee']),
    })),
  );
  const booked = (await store.query(`FILL#${world.account}`)).map(({ sk, body }) => ({
    key: sk.slice(sk.indexOf('#') + 1),
    ...pick(body, ['side', 'atMs', 'price', 'quantity', 'cost', 'fee']),
  }));
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  expect(booked.sort(byKey)).toEqual(executed.sort(byKey));

  let cash = unitsOfNumber(world.config.capital) + (await flowsOf(store, world));
  for (const fill of executed as readonly ItemBody[]) {
    const cost = amount(fill['cost']);
    cash += (fill['side'] === 'buy' ? -cost : cost) - amount(fill['fee']);
  }
  const item = await store.get({ pk: `ACCOUNT#${world.account}`, sk: 'CASH' });
  expect(amount(item?.body['cash'])).toBe(cash);
  expect(cash >= 0n).toBe(true);
}

/** Capital that operators added, less what they took out. */
async function flowsOf(store: StateStore, world: World): Promise<bigint> {
  let sum = 0n;
  for (const pk of monthsOf(world.account, world)) {
    for (const item of await store.query(pk, { prefix: 'REQUEST#' })) {
      const { request, isDone } = readItem('outcome', item);
      if (isDone && request.kind === 'capital') sum += request.amount;
    }
  }
  return sum;
}

function pick(body: ItemBody, names: readonly string[]): ItemBody {
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

/** Of every position: a resting stop for all of it at its stop price, or, being sold, a sale of all of it and no stop. */
export async function expectProtected(store: StateStore, world: World): Promise<void> {
  const open = (await paperOrders(store, world)).filter(({ status }) => status === 'open');
  const positions = await store.query(`ACCOUNT#${world.account}`, { prefix: 'POSITION#' });
  for (const { body } of positions) {
    const { symbol } = body['plan'] as { symbol: string };
    const own = open
      .filter((order) => order.body['symbol'] === symbol && order.body['side'] === 'sell')
      .map((order) => ({
        kind: order.body['kind'],
        trigger: Number(order.body['triggerPrice'] ?? 0),
        quantity: order.fills.reduce(
          (left, fill) => left - amount(fill['quantity']),
          amount(order.body['quantity']),
        ),
      }));
    const quantity = amount(body['quantity']);
    const isSelling = body['exit'] !== null;
    const wanted = isSelling ? { kind: 'market', trigger: 0 } : { kind: 'stop', trigger: body['stop'] };
    expect(own, `protection of ${symbol}`).toEqual([{ ...wanted, quantity }]);
  }
}
