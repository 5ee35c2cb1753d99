import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { KrakenBook } from './book.ts';
import { at, buy, ID, limit, openedBook, PAIR, placed, trade } from './opened-book.ts';
import type { AddRequest } from './orders.ts';

describe('the book: what it refuses', () => {
  const refusals: readonly (readonly [string, AddRequest, string])[] = [
    ['an unknown pair', { ...buy, pair: 'NOPE' }, 'EQuery:Unknown asset pair'],
    ['less than the minimum', { ...buy, volume: unitsOf('0.00004') }, 'EOrder:Order minimum not met'],
    [
      'less than the minimum of cost',
      { ...limit, volume: unitsOf('0.00005'), price: unitsOf('9999.9') },
      'EOrder:Cost minimum not met',
    ],
    ['a price between ticks', { ...limit, price: unitsOf('49000.05') }, 'EOrder:Tick size check failed'],
    [
      'a volume of nine places',
      { ...buy, volume: unitsOf('0.010000001') },
      'EGeneral:Invalid arguments:volume',
    ],
    ['more than there is', { ...buy, volume: unitsOf('0.2') }, 'EOrder:Insufficient funds'],
    [
      'a post-only order that would take',
      { ...limit, price: unitsOf('50000.1'), isPostOnly: true },
      'EOrder:Post only order',
    ],
    [
      'a client id of nineteen letters',
      { ...buy, clOrdId: 'abcdefghijklmnopqrs' },
      'EGeneral:Invalid arguments:cl_ord_id',
    ],
    [
      'a client id beside a userref',
      { ...buy, clOrdId: ID, userref: 1 },
      'EGeneral:Invalid arguments:cl_ord_id',
    ],
    ['a deadline that has passed', { ...buy, deadlineMs: 9_999 }, 'EService:Deadline elapsed'],
    [
      'a deadline sooner than two seconds',
      { ...buy, deadlineMs: 11_999 },
      'EGeneral:Invalid arguments:deadline',
    ],
    [
      'a deadline after more than a minute',
      { ...buy, deadlineMs: 70_001 },
      'EGeneral:Invalid arguments:deadline',
    ],
  ];
  for (const [what, request, error] of refusals)
    it(`refuses ${what}`, () => {
      const book = openedBook();
      expect(book.add(request, at(10_000))).toEqual({ error });
      expect(book.orders.size).toBe(0);
    });

  it('lets the engine refuse what passed the door in time and waited beyond its deadline', () => {
    const request = { ...buy, deadlineMs: 20_000 };
    expect(openedBook().add(request, { receivedMs: 10_000, nowMs: 20_001 })).toEqual({
      error: 'EService:Deadline elapsed',
    });
    expect(openedBook().add(request, { receivedMs: 10_000, nowMs: 20_000 })).toHaveProperty('order');
  });

  it('refuses a client id only while an order of that id is open', () => {
    const book = openedBook();
    placed(book.add({ ...limit, clOrdId: ID }, at(10)));
    expect(book.add({ ...limit, clOrdId: ID }, at(11))).toHaveProperty('error');
    expect(book.cancel({ clOrdId: ID }, at(12))).toEqual({ count: 1 });
    placed(book.add({ ...buy, clOrdId: ID }, at(13)));
    placed(book.add({ ...buy, clOrdId: ID }, at(14)));
    expect(book.accepted.get(ID)).toHaveLength(3);
  });

  it('checks and places nothing when asked to validate only', () => {
    const book = openedBook();
    placed(book.add({ ...buy, isValidateOnly: true }, at(10)));
    expect(book.orders.size).toBe(0);
    expect(book.add({ ...buy, isValidateOnly: true, volume: unitsOf('9') }, at(10))).toHaveProperty('error');
  });

  it('refuses by mode: all in maintenance, all but cancels in cancel_only, what takes in post_only', () => {
    const book = openedBook();
    placed(book.add({ ...limit, clOrdId: ID }, at(10)));
    const answers = () =>
      [
        book.add(buy, at(11)),
        book.add({ ...limit, isPostOnly: true, isValidateOnly: true }, at(11)),
        book.amend({ clOrdId: ID }, { volume: unitsOf('0.02') }, at(11)),
        book.cancel({ txid: 'none' }, at(11)),
      ].map((answer) => ('error' in answer ? answer.error : 'done'));
    const only = (mode: string) => `EService:Market in ${mode} mode`;
    book.setMode('maintenance');
    expect(answers()).toEqual(Array(4).fill('EService:Unavailable'));
    book.setMode('cancel_only');
    expect(answers()).toEqual([...Array(3).fill(only('cancel_only')), 'EOrder:Unknown order']);
    book.setMode('post_only');
    expect(answers()).toEqual([only('post_only'), 'done', 'done', 'EOrder:Unknown order']);
  });

  it('trades nothing while it is not online', () => {
    const book = openedBook();
    const order = placed(book.add(limit, at(10)));
    book.setMode('cancel_only');
    book.trade(PAIR, trade('40000'));
    expect([order.status, book.quote(PAIR)?.last]).toEqual(['open', unitsOf('50000')]);
    book.setMode('online');
    book.trade(PAIR, trade('40000'));
    expect(order.status).toBe('closed');
  });
});

describe('the book: amend and cancel', () => {
  const named = { ...limit, clOrdId: ID };

  it('changes quantity, limit and trigger of an order, which keeps its names', () => {
    const book = openedBook();
    const order = placed(book.add(named, at(10)));
    const answer = book.amend(
      { clOrdId: ID },
      { volume: unitsOf('0.02'), limitPrice: unitsOf('49500') },
      at(11),
    );
    expect(answer).toHaveProperty('amendId');
    expect(book.openOrder({ txid: order.txid })).toMatchObject({
      clOrdId: ID,
      volume: unitsOf('0.02'),
      price: unitsOf('49500'),
    });
  });

  it('lets an amend take unless it says post-only again', () => {
    const book = openedBook();
    const order = placed(book.add({ ...named, isPostOnly: true }, at(10)));
    const change = { limitPrice: unitsOf('50000.1') };
    expect(book.amend({ clOrdId: ID }, { ...change, isPostOnly: true }, at(11))).toEqual({
      error: 'EOrder:Post only order',
    });
    expect(order.price).toBe(unitsOf('49000'));
    book.amend({ clOrdId: ID }, change, at(12));
    expect(order).toMatchObject({ status: 'closed', isPostOnly: false });
  });

  it('cancels the rest of an order that is amended to no more than has been filled', () => {
    const book = openedBook();
    const order = placed(book.add(named, at(10)));
    book.trade(PAIR, trade('48000', '0.004'));
    expect(order.filled).toBe(unitsOf('0.004'));
    book.amend({ clOrdId: ID }, { volume: unitsOf('0.003') }, at(1_001));
    expect(order).toMatchObject({ status: 'canceled', filled: unitsOf('0.004') });
  });

  it('refuses an amend beyond the funds, of the wrong price, of nothing, and of what is not open', () => {
    const book = openedBook();
    placed(book.add(named, at(10)));
    const answer = (change: object) => book.amend({ clOrdId: ID }, change, at(11));
    expect(answer({ volume: unitsOf('0.3') })).toEqual({ error: 'EOrder:Insufficient funds' });
    expect(answer({ triggerPrice: unitsOf('1') })).toEqual({
      error: 'EGeneral:Invalid arguments:trigger_price',
    });
    expect(answer({})).toEqual({ error: 'EGeneral:Invalid arguments' });
    expect(book.amend({ txid: 'O' }, { volume: 1n }, at(11))).toEqual({ error: 'EOrder:Unknown order' });
    book.cancel({ clOrdId: ID }, at(12));
    expect(book.cancel({ clOrdId: ID }, at(13))).toEqual({ error: 'EOrder:Unknown order' });
  });
});

describe('the book, whatever is asked of it', () => {
  const price = fc.integer({ min: 480_000, max: 520_000 }).map((n) => unitsOf('0.1') * BigInt(n));
  const volume = fc.integer({ min: 5_000, max: 3_000_000 }).map((n) => unitsOf('0.00000001') * BigInt(n));
  const side = fc.constantFrom('buy' as const, 'sell' as const);
  const type = fc.constantFrom('market' as const, 'stop-loss' as const, 'limit' as const);
  const step = fc.oneof(
    fc.record({ do: fc.constant('trade' as const), price, volume }),
    fc.record({ do: fc.constant('add' as const), side, price, volume, type, isImmediate: fc.boolean() }),
    fc.record({ do: fc.constant('amend' as const), which: fc.nat(20), price, volume }),
    fc.record({ do: fc.constant('cancel' as const), which: fc.nat(20) }),
  );

  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

  const taken = (book: KrakenBook, one: Step, nowMs: number) => {
    if (one.do === 'trade') return book.trade(PAIR, { ...one, atMs: nowMs });
    if (one.do === 'add') return book.add({ ...one, pair: PAIR, feeIn: 'quote' }, at(nowMs));
    const open = book.openOrders({ nowMs });
    const name = { txid: open[one.which % Math.max(1, open.length)]?.txid ?? '' };
    return one.do === 'cancel'
      ? book.cancel(name, at(nowMs))
      : book.amend(name, { volume: one.volume }, at(nowMs));
  };

  const owned = (book: KrakenBook) => {
    let [usd, btc] = [unitsOf('10000'), unitsOf('1')];
    for (const { order, cost, fee, volume: filled } of book.trades) {
      usd += (order.side === 'buy' ? -cost : cost) - fee;
      btc += order.side === 'buy' ? filled : -filled;
    }
    return [usd, btc];
  };

  const expectSound = (book: KrakenBook) => {
    const balances = book.balances();
    expect([balances.get('ZUSD')?.total, balances.get('XXBT')?.total]).toEqual(owned(book));
    for (const { total, held } of balances.values()) expect(held <= total && held >= 0n).toBe(true);
    for (const order of book.orders.values()) expect(order.filled <= order.volume).toBe(true);
  };

  it('neither makes money nor loses any, holds no more than there is, and fills no order twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const book = openedBook();
        steps.forEach((one, i) => {
          taken(book, one, 500 * (i + 1));
          expectSound(book);
        });
      }),
      { numRuns: 200 },
    );
  });
});
