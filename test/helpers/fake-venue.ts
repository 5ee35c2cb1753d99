import type { DecimalText } from '../../shared/core/decimal.ts';
import type { OrderRequest, PlaceResult } from '../../shared/ports/exchange.ts';
import type { AccountVenue, KeyRights } from '../../shared/ports/venue.ts';

/** What a venue of a test says; a function of it may throw instead. */
export interface Said {
  readonly rights?: Partial<KeyRights>;
  readonly balances?: Readonly<Record<string, string>>;
  readonly statuses?: Readonly<Record<string, string>>;
  readonly fees?: { readonly maker: string; readonly taker: string };
  readonly serverTimeMs?: () => number;
  readonly rehearse?: (request: OrderRequest) => PlaceResult;
  readonly keyRights?: () => KeyRights;
}

const text = (value: string) => value as DecimalText;

/** A venue at which everything is as it should be, unless a test says otherwise. BTC stands at 100,000 USD. */
export function fakeVenue(said: Said = {}): AccountVenue & { readonly rehearsed: readonly OrderRequest[] } {
  const { balances = {}, statuses = {}, fees = { maker: '0.0025', taker: '0.004' } } = said;
  const rehearsed: OrderRequest[] = [];
  return {
    rehearsed,
    async instrument(symbol) {
      return {
        symbol,
        tickDecimals: 1,
        lotDecimals: 8,
        minQuantity: text('0.00005'),
        minCost: text('0.5'),
        makerFee: text(fees.maker),
        takerFee: text(fees.taker),
      };
    },
    serverTimeMs: async () => said.serverTimeMs?.() ?? 0,
    balances: async () => new Map(Object.entries(balances).map(([name, value]) => [name, text(value)])),
    quote: async () => ({ bid: 99_990, ask: 100_010 }),
    status: async () => statuses['Kraken'] ?? 'online',
    pairStatus: async (symbol) => statuses[symbol] ?? 'online',
    keyRights: async () =>
      said.keyRights?.() ?? {
        canWithdraw: false,
        missing: [],
        nonceWindow: 0,
        addresses: [],
        ...said.rights,
      },
    rehearse: async (request) => {
      rehearsed.push(request);
      return said.rehearse?.(request) ?? { kind: 'accepted' };
    },
  };
}
