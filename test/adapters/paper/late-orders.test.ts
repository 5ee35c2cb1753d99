import { describe, expect, it } from 'vitest';
import { paperExchange } from '../../../shared/adapters/paper/exchange.ts';
import type { Candle } from '../../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import {
  at,
  bitcoin,
  buy,
  fillRulesOf,
  memory,
  named,
  sale,
  sent,
  stop,
  text,
} from '../../helpers/paper-orders.ts';

describe('an order that is sent in the present', () => {
  const second = 1000;
  const sentAt = (nowMs: number) =>
    paperExchange(memory(), 'paper', fillRulesOf, {
      nowMs: () => nowMs,
      execMs: HOUR_MS,
    });

  it('meets the candle of its instant until ten seconds after it has closed, and then the next open', async () => {
    for (const [lateMs, filledMs] of [
      [10 * second - 1, at(0).candleMs],
      [10 * second, at(2).candleMs],
    ] as const) {
      const exchange = sentAt(at(0).endMs + lateMs);
      await exchange.place(buy, sent(at(0).candleMs));
      for (let n = 0; n < 3; n++) await exchange.meet('OPEN', at(n), bitcoin(n));
      expect((await exchange.find('buy'))?.fills.map(({ atMs }) => atMs)).toEqual([filledMs]);
    }
  });

  it('late, it does not expire in a hole before it came, and as a stop it sells in no candle before it came', async () => {
    const exchange = sentAt(at(1).endMs);
    for (const order of [buy, stop]) await exchange.place(order, sent(at(0).candleMs));
    expect(await exchange.amend(named('stop'), { triggerPrice: text('96') })).toBe(true);
    await exchange.meet('OPEN', at(1), new Map([['BTC/USD', undefined]]));
    await exchange.meet('RANGE', at(1), bitcoin(1, 90));
    for (const id of ['buy', 'stop']) expect(await exchange.find(id)).toMatchObject({ status: 'open' });
    await exchange.meet('OPEN', at(2), bitcoin(2, 90));
    await exchange.meet('RANGE', at(2), bitcoin(2, 90));
    for (const id of ['buy', 'stop']) expect(await exchange.find(id)).toMatchObject({ status: 'filled' });
  });

  it('in a long candle that opened before it came, meets the worse of open and close', async () => {
    for (const [order, open, close, price] of [
      // 3 basis points against it, on the tick.
      [sale, 100, 98, '97.97'],
      [sale, 98, 100, '97.97'],
      [buy, 98, 100, '100.03'],
    ] as const) {
      const exchange = sentAt(at(2).candleMs);
      await exchange.place(order, sent(at(2).candleMs));
      const candle: Candle = { openMs: at(0).candleMs, open, high: 101, low: 97, close, volume: 1000 };
      await exchange.meet(
        'OPEN',
        { candleMs: at(2).candleMs, endMs: at(3).endMs },
        new Map([['BTC/USD', candle]]),
      );
      expect(await exchange.find(order.clientOrderId)).toMatchObject({ fills: [{ price }] });
    }
  });
});
