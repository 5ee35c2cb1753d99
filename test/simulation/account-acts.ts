import { unitsOf } from '../../shared/core/decimal.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import type { Person } from './person.ts';
import type { Scene, Span } from './schedule.ts';

/** The owner of the account has money and coins of his own there, and trades with them by hand. */
export function planOwner({ time, chance, book }: Scene, { startMs, calmMs }: Span): void {
  const act = () => {
    if (chance.happens('deposit', 0.5)) book.deposit(chance.pick(['ZUSD', 'XXBT', 'XETH']), unitsOf('0.3'));
    if (chance.happens('order of the owner', 0.6)) {
      const quote = book.quote('XETHZUSD');
      const side = chance.pick(['buy', 'sell'] as const);
      const volume = unitsOf('0.05');
      const nowMs = time.nowMs();
      const isResting = chance.uniform() < 0.5 && quote !== undefined;
      book.ownerOrder(
        {
          pair: 'XETHZUSD',
          side,
          volume,
          ...(isResting ? { type: 'limit', price: quote.last } : { type: 'market' }),
        },
        nowMs,
      );
    }
    return false;
  };
  for (let times = 0; times < 3; times++) time.at(chance.between(startMs, calmMs), act);
}

/** The owner takes money out that the books count on, and brings it back. */
export function planWithdrawal({ time, chance, book }: Scene, { startMs, calmMs }: Span): void {
  const amount = unitsOf(chance.pick(['11000', '15000', '17000']));
  time.at(chance.between(startMs, calmMs), () => {
    if (!chance.happens('withdrawal', 0.15) || !book.withdraw('ZUSD', amount)) return false;
    const untilMs = Math.min(calmMs, time.nowMs() + chance.between(MINUTE_MS, 10 * MINUTE_MS));
    time.at(untilMs, () => {
      book.deposit('ZUSD', amount);
      return false;
    });
    return false;
  });
}

/** The exchange does not know our key for a while. */
export function planKey({ time, chance, key }: Scene, { startMs, calmMs }: Span): void {
  const mend = () => {
    key.isRefused = false;
    return false;
  };
  time.at(chance.between(startMs, calmMs), () => {
    if (!chance.happens('key refused', 0.06)) return false;
    key.isRefused = true;
    time.after(chance.between(5_000, 200_000), mend);
    return false;
  });
  time.at(calmMs, mend);
}

/** An order with an id of our form that our books do not know, and a person who says some minutes later that it is none of ours. */
export function planForeign({ time, chance, book, foreign }: Scene, span: Span, person: Person): void {
  const id = `0badc0de-0000-8000-8000-${String(chance.whole(0, 999_999)).padStart(12, '0')}`;
  time.at(chance.between(span.startMs + MINUTE_MS, span.calmMs), () => {
    if (!chance.happens('order of another program', 0.12)) return false;
    const request = { side: 'buy', type: 'limit', volume: unitsOf('0.02'), price: unitsOf('100') } as const;
    const placed = book.add({ pair: 'XETHZUSD', clOrdId: id, ...request }, { nowMs: time.nowMs() });
    if ('error' in placed) return false;
    foreign.set(id, time.nowMs());
    time.after(chance.between(2 * MINUTE_MS, 8 * MINUTE_MS), () => person.ignore(id));
    return false;
  });
}
