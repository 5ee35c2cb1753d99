import { type DecimalText, numberOf, textOf, unitsOf } from '../../core/decimal.ts';
import type { Instrument } from '../../core/market/instruments.ts';
import type { AccountVenue, KeyRights } from '../../ports/venue.ts';
import { failureOf, nonsense, type Reading, read } from './answers.ts';
import type { KrakenClient } from './client.ts';
import { currencyOf } from './names.ts';
import { bestPrices, type Pairs } from './pairs.ts';
import { balanceReply, keyReply, statusReply, timeReply, volumeReply } from './replies.ts';

/** What trading needs, with the names on Kraken's page of a key. */
const rightsNeeded: Readonly<Record<string, string>> = {
  'query-funds': 'Funds permissions: Query',
  'query-open-trades': 'Orders and trades: Query open orders & trades',
  'query-closed-trades': 'Orders and trades: Query closed orders & trades',
  'modify-trades': 'Orders and trades: Create & modify orders',
  'close-trades': 'Orders and trades: Cancel & close orders',
};

/** What Kraken says of itself, and to the owner of the key. */
export function krakenVenue(client: KrakenClient, pairs: Pairs): Omit<AccountVenue, 'rehearse'> {
  const ask = <T>(reading: Reading<T>) => read(client, reading, 'source-unavailable');
  return {
    async instrument(symbol) {
      const { name, instrument } = await pairs.fresh(symbol);
      const reading = { endpoint: 'TradeVolume', parameters: { pair: name }, schema: volumeReply, calls: 1 };
      const { fees, fees_maker } = await ask(reading);
      const takerFee = fees[name]?.fee;
      if (takerFee === undefined)
        throw failureOf(nonsense(`no fee of ${name}`), 'TradeVolume', 'source-unavailable');
      return withFees(instrument, takerFee, fees_maker?.[name]?.fee ?? takerFee);
    },

    async serverTimeMs() {
      const { unixtime } = await ask({ endpoint: 'Time', parameters: {}, schema: timeReply });
      return unixtime * 1000;
    },

    async balances() {
      const balances = await ask({ endpoint: 'Balance', parameters: {}, schema: balanceReply, calls: 1 });
      return atHand(balances);
    },

    async quote(symbol) {
      const { bid, ask: offer } = await bestPrices(client, await pairs.known(symbol));
      return { bid: numberOf(unitsOf(bid)), ask: numberOf(unitsOf(offer)) };
    },

    async status() {
      return (await ask({ endpoint: 'SystemStatus', parameters: {}, schema: statusReply })).status;
    },

    async pairStatus(symbol) {
      return (await pairs.fresh(symbol)).status;
    },

    async keyRights() {
      return rightsOf(await ask({ endpoint: 'GetApiKeyInfo', parameters: {}, schema: keyReply, calls: 1 }));
    },
  };
}

/** Fees come in percent. */
function withFees(instrument: Instrument, takerPercent: DecimalText, makerPercent: DecimalText): Instrument {
  const fraction = (percent: DecimalText) => textOf(unitsOf(percent) / 100n);
  return { ...instrument, makerFee: fraction(makerPercent), takerFee: fraction(takerPercent) };
}

/** Balances that can be traded; two of Kraken's names of one currency add up. */
function atHand(balances: Readonly<Record<string, DecimalText>>): ReadonlyMap<string, DecimalText> {
  const sums = new Map<string, bigint>();
  for (const [asset, balance] of Object.entries(balances)) {
    const currency = currencyOf(asset);
    if (currency !== undefined) sums.set(currency, (sums.get(currency) ?? 0n) + unitsOf(balance));
  }
  return new Map([...sums].map(([currency, units]) => [currency, textOf(units)]));
}

function rightsOf({
  permissions,
  nonce_window: window,
  ip_allowlist: addresses,
}: {
  readonly permissions: readonly string[];
  readonly nonce_window?: string | number | undefined;
  readonly ip_allowlist?: readonly string[] | null | undefined;
}): KeyRights {
  return {
    // Those that make or change withdrawal addresses too: with them a thief needs one right less.
    canWithdraw: permissions.some((right) => right.includes('withdraw')),
    missing: Object.entries(rightsNeeded)
      .filter(([right]) => !permissions.includes(right))
      .map(([, name]) => name),
    nonceWindow: window === undefined ? null : Number(window),
    addresses: (addresses ?? []).filter((address) => address !== ''),
  };
}
