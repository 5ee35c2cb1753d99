import type { Config } from '../core/config.ts';
import { type DecimalText, textOf, unitsOf } from '../core/decimal.ts';
import { type Finding, fail, ok, warn } from '../core/finding.ts';
import type { Instrument } from '../core/market/instruments.ts';
import type { LeastAccount } from '../core/risk/least-account.ts';
import type { ForeignOrder } from '../ports/exchange.ts';
import type { KeyRights } from '../ports/venue.ts';
import type { Shortfall } from './balance.ts';
import { CLOCK_OFFSET_MS_MAX, type ClockOffset } from './clock-offset.ts';

const HOW = 'docs/live-trading.md says how the right key is made.';

/** A key must be able to trade, and to do nothing else that could hurt. */
export function keyFindings({ canWithdraw, missing, nonceWindow, addresses }: KeyRights): readonly Finding[] {
  const withdraws = canWithdraw
    ? [
        fail('key', {
          message: 'may withdraw: whoever gets hold of it could empty the account',
          hint: `Make another one without "Withdraw Funds", and delete this one; ${HOW}`,
        }),
      ]
    : [];
  const lacks =
    missing.length > 0
      ? [
          fail('key', {
            message: `lacks ${missing.map((right) => `"${right}"`).join(', ')}`,
            hint: `Tick ${missing.length === 1 ? 'it' : 'them'} on Kraken's page of the key; ${HOW}`,
          }),
        ]
      : [];
  const isFenced = nonceWindow === null || nonceWindow === 0;
  const fences = isFenced
    ? []
    : [
        fail('key', {
          message: `has a nonce window of ${nonceWindow}: an order that was given up could still be taken`,
          hint: 'Set the nonce window to 0 on Kraken’s page of the key.',
        }),
      ];
  const unknown =
    nonceWindow === null
      ? [warn('key', 'Kraken does not say its nonce window', 'Look at the page of the key: it must be 0.')]
      : [];
  const faults = [...withdraws, ...lacks, ...fences];
  const from = addresses.length === 0 ? 'from any address' : `from ${addresses.join(', ')} only`;
  return faults.length > 0
    ? faults
    : [ok('key', `may trade and not withdraw; can be used ${from}`), ...unknown];
}

/** Orders carry deadlines: a clock that is off makes them too late, or still good when they were given up. */
export function clockFinding({ offsetMs, toleranceMs }: ClockOffset): Finding {
  const seconds = (ms: number) => (Math.abs(ms) / 1000).toFixed(1);
  const side = offsetMs < 0 ? 'behind' : 'ahead of';
  const text = `${seconds(offsetMs)} s ${side} Kraken's, to within ${seconds(toleranceMs)} s`;
  if (Math.abs(offsetMs) <= CLOCK_OFFSET_MS_MAX) return ok('clock', text);
  const hint = 'Let the system set its clock, on Linux `timedatectl set-ntp true`: 2 s is the most.';
  return fail('clock', { message: text, hint });
}

/** Decisions reckon with the fees of the config: an account that pays more would be short of cash. */
export function feeFindings(
  { symbol, makerFee, takerFee }: Instrument,
  { maker, taker }: Config['fees'],
): readonly Finding[] {
  const text = `this account pays ${makerFee} maker, ${takerFee} taker`;
  const subject = `${symbol} fees`;
  if (Number(makerFee) > maker || Number(takerFee) > taker)
    return [
      fail(subject, {
        message: `${text}; the config reckons with less: ${maker} and ${taker}`,
        hint: `Write into your config file: fees: { maker: ${makerFee}, taker: ${takerFee} }`,
      }),
    ];
  const isSame = Number(makerFee) === maker && Number(takerFee) === taker;
  return [ok(subject, isSame ? text : `${text}; the config reckons with ${maker} and ${taker}`)];
}

/**
 * What is at the exchange must cover the books, currency by currency; what is there besides is the owner's.
 * @param book what the books say of each currency
 */
export function balanceFindings(
  book: readonly (readonly [currency: string, booked: DecimalText])[],
  {
    balances,
    short,
  }: { readonly balances: ReadonlyMap<string, DecimalText>; readonly short: readonly Shortfall[] },
): readonly Finding[] {
  return book.map(([currency, booked]) => {
    const text = `${balances.get(currency) ?? '0'} at Kraken, ${booked} in the books`;
    if (short.every((one) => one.currency !== currency)) return ok(currency, text);
    const what = currency === 'USD' ? 'take capital out with `capital remove`' : 'sell it with `close`';
    const hint = `Deposit what is missing, or ${what}: the engine must own what it trades with.`;
    return fail(currency, { message: text, hint });
  });
}

/** The subject of a finding about one of them. */
export const ORPHAN = 'orphan';

/** Orders of ours that are not in the books: a person must say what they are. */
export function orphanFindings(
  orphans: readonly Pick<ForeignOrder, 'exchangeId' | 'symbol' | 'side' | 'quantity' | 'isOpen'>[],
): readonly Finding[] {
  if (orphans.length === 0) return [ok('orphans', 'no order at Kraken under our ids but those in the books')];
  return orphans.map(({ exchangeId, symbol, side, quantity, isOpen }) =>
    fail(ORPHAN, {
      message: `${exchangeId}, ${isOpen ? 'open' : 'filled'}: ${side} ${textOf(unitsOf(quantity))} of ${symbol ?? 'an unknown pair'}, under an id of ours, and not in the books`,
      hint: `Take it into the books, or say that it is none of ours: \`npx --no hot-crypto breaker adopt ${exchangeId} --why "…"\`, or \`ignore\`.`,
    }),
  );
}

/** Whether an account is large enough for the least order of its pairs. @param equity USD that are allotted */
export function sizeFindings(
  all: readonly ({ readonly symbol: string } & LeastAccount)[],
  equity: number,
): readonly Finding[] {
  const isUseless = equity > 0 && all.every(({ atBest }) => equity < atBest);
  const sized = all.map(({ symbol, atBest, atWorst }) => {
    if (Number.isNaN(atBest)) return warn(`${symbol} size`, 'too few candles to tell');
    const text = `the least order needs an account of ${usd(atBest)} USD at the tightest stop, of ${usd(atWorst)} at the widest`;
    const remedy =
      'Entries that are too small are refused as SIZE_BELOW_MIN: `capital add` more, or trade fewer symbols.';
    if (isUseless)
      return fail(`${symbol} size`, {
        message: `${text}: ${usd(equity)} USD can never buy it`,
        hint: remedy,
      });
    return equity < atWorst && equity > 0
      ? warn(`${symbol} size`, `${text}; allotted are ${usd(equity)}`, remedy)
      : ok(`${symbol} size`, text);
  });
  if (equity > 0) return sized;
  const nothing = 'nothing is allotted: it decides, and buys nothing';
  const remedy =
    '`npx --no hot-crypto capital add 100 --why "first money" --account live` once it has started.';
  return [...sized, warn('capital', nothing, remedy)];
}

/** Upward: an account that is just too small must not read as if it were large enough. */
function usd(amount: number): string {
  return Number.isFinite(amount) ? Math.ceil(amount).toLocaleString('en-US') : '∞';
}
