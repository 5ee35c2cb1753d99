import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import { isoMinute } from '../../shared/core/market/calendar.ts';
import type { ApiKey } from './keys.ts';
import type { LoadedMarket } from './load-market.ts';
import type { SimulatorOptions } from './options.ts';
import type { SimulatorReport } from './report.ts';
import type { KrakenServer } from './server.ts';

/** What a person is told at the start. */
export function greeting(
  options: SimulatorOptions,
  {
    loaded,
    server,
    key,
  }: { readonly loaded: LoadedMarket; readonly server: KrakenServer; readonly key: ApiKey },
): string {
  const pairs = loaded.market.pairs.map(({ wsname }) => wsname.replace('XBT', 'BTC')).join(' ');
  return [
    'SIMULATED KRAKEN: nothing here is real, and its key opens nothing anywhere else.',
    `market    ${pairs} from ${loaded.from}; seed ${options.seed}, faults ${options.faults}`,
    ...loaded.warnings.map((warning) => `          ${warning}`),
    `time      ${isoMinute(loaded.startMs)} UTC, ${pace(options)}`,
    `account   ${textOf(options.balance)} USD, tier ${options.tier}`,
    `address   ${server.baseUrl}`,
    '',
    'Live: --config examples/simulated-live.yaml, or one of your own with mode: live and',
    `kraken: { tier: ${options.tier}, baseUrl: "${server.baseUrl}" }`,
    'and the key in .env:',
    `EXCHANGE_API_KEY=${key.apiKey}`,
    `EXCHANGE_API_SECRET=${key.secret}`,
    '',
    'Paper, which needs no key, finds it by the environment (live ignores this):',
    `HOT_CRYPTO_KRAKEN_URL=${server.baseUrl}`,
    '',
    'Ctrl-C ends it and prints what happened.',
    '',
  ].join('\n');
}

function pace({ control, speed }: SimulatorOptions): string {
  if (control) return 'and stands still: POST /simulator/advance moves it';
  return speed === undefined
    ? 'going on as time does: the candles are told as if their first day was today'
    : `going on ${speed} times as fast as time does`;
}

/** What happened, for a person. */
export function summary({ orders, trades, sums, faults, naked, nowMs }: SimulatorReport): string {
  const happened = Object.entries(faults).filter(([, count]) => count > 0);
  const longest = naked.reduce((most, { fromMs, toMs }) => Math.max(most, (toMs ?? nowMs) - fromMs), 0);
  const moved = Object.entries(sums).filter(([, { bought, sold }]) => unitsOf(bought) + unitsOf(sold) > 0n);
  return [
    `until     ${isoMinute(Math.floor(nowMs))} UTC`,
    `orders    ${orders.accepted} accepted, ${Object.keys(orders.byClientId).length} client ids, ${orders.duplicates.length} of them more than once`,
    `trades    ${trades.length}`,
    ...moved.map(
      ([pair, { bought, sold, paid, received, fees }]) =>
        `          ${pair} bought ${bought} for ${paid}, sold ${sold} for ${received}, fees ${fees}`,
    ),
    `naked     ${naked.length} spans, the longest ${(longest / 1000).toFixed(0)} s`,
    `faults    ${happened.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}`,
    '',
  ].join('\n');
}
