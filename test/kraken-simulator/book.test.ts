import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import { krakenBook } from './book.ts';
import { at, buy, ID, limit, openedBook, PAIR, placed, sell, trade } from './opened-book.ts';
import { krakenName } from './orders.ts';

describe('the book: what takes', () => {
  it('fills a market buy at the ask and takes the fee of a taker in quote', () => {
    const book = openedBook();
    const order = placed(book.add({ ...buy, feeIn: 'quote' }, at(10)));
    // 0.01 × 50,000.1 = 500.001; 0.4 % of it 2.000004, told to five places
    expect(order).toMatchObject({ status: 'closed', cost: unitsOf('500.001'), fee: unitsOf('2') });
    expect(textOf(book.balances().get('ZUSD')?.total ?? 0n)).toBe('9497.999');
    expect(textOf(book.balances().get('XXBT')?.total ?? 0n)).toBe('1.01');
  });

  it('takes the fee of a sale in base unless it is asked for in quote, and base is there', () => {
    const book = openedBook();
    placed(book.add({ ...buy, side: 'sell' }, at(10)));
    // 0.01 × 50,000 = 500, fee 2 USD = 0.00004 BTC
    expect(textOf(book.balances().get('XXBT')?.total ?? 0n)).toBe('0.98996');
    expect(textOf(book.balances().get('ZUSD')?.total ?? 0n)).toBe('10500');
  });

  it('walks the levels behind the best price, each a trade of its own', () => {
    const book = openedBook();
    book.setDepth(PAIR, { levelVolume: unitsOf('0.006'), levels: 5 });
    const order = placed(book.add(buy, at(10)));
    expect(order.trades.map(({ price, volume }) => [textOf(price), textOf(volume)])).toEqual([
      ['50000.1', '0.006'],
      ['50000.2', '0.004'],
    ]);
  });

  it('cancels what a market order cannot get', () => {
    const book = openedBook();
    book.setDepth(PAIR, { levelVolume: unitsOf('0.004'), levels: 2 });
    const order = placed(book.add(sell, at(10)));
    expect(order).toMatchObject({ status: 'canceled', filled: unitsOf('0.008') });
  });

  it('cancels what an IOC order cannot get at its price', () => {
    const book = openedBook();
    book.setDepth(PAIR, { levelVolume: unitsOf('0.004'), levels: 9 });
    const order = placed(
      book.add({ ...buy, type: 'limit', isImmediate: true, price: unitsOf('50000.2') }, at(10)),
    );
    expect(order).toMatchObject({ status: 'canceled', filled: unitsOf('0.008') });
    const far = { ...buy, type: 'limit', isImmediate: true, price: unitsOf('49000') } as const;
    expect(placed(book.add(far, at(11)))).toMatchObject({ status: 'canceled', filled: 0n });
  });

  it('lets a plain limit take what crosses and rest with the remainder', () => {
    const book = openedBook();
    book.setDepth(PAIR, { levelVolume: unitsOf('0.004'), levels: 9 });
    const order = placed(book.add({ ...buy, type: 'limit', price: unitsOf('50000.1') }, at(10)));
    expect(order).toMatchObject({ status: 'open', filled: unitsOf('0.004') });
    expect(order.trades[0]?.isMaker).toBe(false);
  });

  it('lowers the fee when the volume of the account reaches the next tier', () => {
    const book = krakenBook({
      balances: { ZUSD: unitsOf('100000') },
      feeVolume: unitsOf('9999'),
    });
    book.trade(PAIR, trade('50000'));
    expect(textOf(placed(book.add(buy, at(1))).fee)).toBe('2');
    // 0.35 % of 500.001
    expect(textOf(placed(book.add(buy, at(2))).fee)).toBe('1.75');
    expect(textOf(book.fees('XBT/USD').maker)).toBe('0.002');
  });
});

describe('the book: what rests', () => {
  const stop = { ...sell, type: 'stop-loss', price: unitsOf('48000') } as const;

  it('fills a limit at its price and the maker fee when the market trades through it, not when it touches', () => {
    const book = openedBook();
    const order = placed(book.add({ ...limit, isPostOnly: true }, at(10)));
    book.trade(PAIR, trade('49000'));
    expect(order.status).toBe('open');
    book.trade(PAIR, trade('48999.9'));
    // 0.25 % of 490
    expect(order).toMatchObject({ status: 'closed', cost: unitsOf('490'), fee: unitsOf('1.225') });
    expect(order.trades[0]?.isMaker).toBe(true);
  });

  it('fills resting limits by price, then time, no further than their share of the volume', () => {
    const book = openedBook();
    const low = placed(book.add(limit, at(10)));
    const first = placed(book.add({ ...limit, price: unitsOf('49500') }, at(11)));
    const second = placed(book.add({ ...limit, price: unitsOf('49500') }, at(12)));
    book.trade(PAIR, { ...trade('48000', '0.04'), share: unitsOf('0.4') });
    expect([low, first, second].map(({ filled }) => textOf(filled))).toEqual(['0', '0.01', '0.006']);
  });

  it('sells a stop at the bid of the trade that reaches its trigger', () => {
    const book = openedBook();
    const order = placed(book.add(stop, at(10)));
    book.trade(PAIR, trade('48000.1'));
    expect(order).toMatchObject({ status: 'open', isTriggered: false });
    book.trade(PAIR, trade('47500'));
    expect(order).toMatchObject({ status: 'closed', cost: unitsOf('475'), isTriggered: true });
    expect(order.trades[0]?.isMaker).toBe(false);
  });

  it('triggers at once a stop that is placed or amended beyond the last price', () => {
    const book = openedBook();
    expect(placed(book.add({ ...stop, price: unitsOf('50000') }, at(10))).status).toBe('closed');
    const later = placed(book.add({ ...stop, clOrdId: ID }, at(11)));
    book.amend({ clOrdId: ID }, { triggerPrice: unitsOf('51000') }, at(12));
    expect(later.status).toBe('closed');
  });

  it('cancels what a triggered stop cannot sell', () => {
    const book = openedBook();
    const order = placed(book.add(stop, at(10)));
    book.setDepth(PAIR, { levelVolume: unitsOf('0.003'), levels: 1 });
    book.trade(PAIR, trade('47000'));
    expect(order).toMatchObject({ status: 'canceled', filled: unitsOf('0.003') });
  });

  it('holds what a resting order gives: base of a sale, quote and the taker fee of a buy', () => {
    const book = openedBook();
    placed(book.add(stop, at(10)));
    placed(book.add(limit, at(10)));
    expect(textOf(book.balances().get('XXBT')?.held ?? 0n)).toBe('0.01');
    // 490 × 1.004
    expect(textOf(book.balances().get('ZUSD')?.held ?? 0n)).toBe('491.96');
    expect(book.add({ ...sell, volume: unitsOf('0.995') }, at(11))).toEqual({
      error: 'EOrder:Insufficient funds',
    });
    expect(book.withdraw('XXBT', unitsOf('0.995'))).toBe(false);
  });

  it('ends an order that was good till a time as expired', () => {
    const book = openedBook();
    const order = placed(book.add({ ...limit, expiresMs: 500 }, at(10)));
    book.trade(PAIR, trade('40000', '10', 500));
    expect(order).toMatchObject({ status: 'expired', filled: 0n, closedMs: 500 });
  });
});

describe('the book: what its lists show', () => {
  const lag = { appearMs: 3_000, closeMs: 2_000, tradesMs: 5_000 };
  const shows = (book: ReturnType<typeof openedBook>, nowMs: number) => [
    book.openOrders({ nowMs, clOrdId: ID }).length,
    book.closedOrders({ nowMs, clOrdId: ID }).length,
    book.tradesHistory({ nowMs }).length,
  ];

  it('shows an order that filled at once only when its lag has passed, its trades later still', () => {
    const book = openedBook();
    placed(book.add({ ...buy, clOrdId: ID }, { nowMs: 10_000, lag }));
    expect(shows(book, 12_999)).toEqual([0, 0, 0]);
    expect(shows(book, 13_000)).toEqual([0, 1, 0]);
    expect(shows(book, 15_000)).toEqual([0, 1, 1]);
  });

  it('shows an order in neither list for a while after its end', () => {
    const book = openedBook();
    placed(
      book.add(
        { ...buy, type: 'limit', price: unitsOf('49000'), clOrdId: ID },
        { nowMs: 0, lag: { closeMs: 2_000 } },
      ),
    );
    expect(shows(book, 9_999)).toEqual([1, 0, 0]);
    book.cancel({ clOrdId: ID }, at(10_000));
    expect(shows(book, 11_999)).toEqual([0, 0, 0]);
    expect(shows(book, 12_000)).toEqual([0, 1, 0]);
  });

  it("holds the owner's own orders, deposits and withdrawals", () => {
    const book = openedBook();
    const order = placed(book.ownerOrder(sell, 10));
    expect(order).toMatchObject({ clOrdId: null, isOwners: true });
    book.deposit('ZUSD', unitsOf('5'));
    // 10,000 + 500 − 2 + 5
    expect(textOf(book.balances().get('ZUSD')?.total ?? 0n)).toBe('10503');
    expect(book.withdraw('ZUSD', unitsOf('10503'))).toBe(true);
    expect(book.accepted.size).toBe(0);
  });

  it('ends by hand an order that is open, once', () => {
    const book = openedBook();
    const order = placed(book.add({ ...buy, type: 'limit', price: unitsOf('49000') }, at(10)));
    const how = { nowMs: 11, reason: 'Risk check' };
    expect([book.endByHand(order.txid, how), book.endByHand(order.txid, how)]).toEqual([true, false]);
    expect(order).toMatchObject({ status: 'canceled', reason: 'Risk check' });
  });

  it('names orders apart, in the form of Kraken', () => {
    const names = new Set(Array.from({ length: 50_000 }, (_, i) => krakenName('O', i)));
    expect(names.size).toBe(50_000);
    expect(krakenName('O', 7)).toMatch(/^O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/);
  });
});
