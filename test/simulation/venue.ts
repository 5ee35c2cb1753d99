import type { Trader } from '../../shared/app/trader.ts';
import { numberOf, textOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { pairOf } from './exchange.ts';
import type { Process } from './process.ts';
import { isRefusal, send, type Venue } from './wire.ts';

const UNREACHABLE_SHARE = 0.006;

/** What a process asks the exchange besides orders. */
export function venueOf(venue: Venue, process: Process): NonNullable<Trader['live']>['venue'] {
  const { book, chance, time } = venue;
  const publicly = <Result>(arrive: () => Result): Promise<Result> => {
    const isLost = chance.happens('public call lost', UNREACHABLE_SHARE);
    return process.call({
      outMs: chance.between(20, 150),
      backMs: chance.between(20, 150),
      arrive() {
        if (isLost) throw unreachable();
        return arrive();
      },
    });
  };
  return {
    async balances() {
      const answer = await send(venue, process, { name: 'balances', arrive: () => book.balances() });
      if (isRefusal(answer)) throw unreachable();
      return new Map([...answer].map(([asset, { total }]) => [currencyOf(asset), textOf(total)]));
    },
    quote: (symbol) =>
      publicly(() => {
        const quote = book.quote(pairOf(symbol));
        if (quote === undefined) throw unreachable();
        return { bid: numberOf(quote.bid), ask: numberOf(quote.ask) };
      }),
    status: () => publicly(() => book.mode()),
    serverTimeMs: () => publicly(() => Math.floor(time.nowMs() / 1_000) * 1_000),
  };
}

/** XXBT as we spell it: BTC. */
function currencyOf(asset: string): string {
  return asset.slice(1).replace('XBT', 'BTC');
}

function unreachable(): AppError {
  return new AppError('source-unavailable', 'The exchange cannot be reached.', 'The next watch carries on.');
}
