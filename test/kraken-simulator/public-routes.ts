import { isoInstant } from '../../shared/core/market/calendar.ts';
import { DAY_MS } from '../../shared/core/market/timeframes.ts';
import { type Bar, flatBar, joinedBar } from './bars.ts';
import type { PairRules } from './pairs.ts';
import { type Answer, countIn, parsed, secondsIn } from './params.ts';
import { fixed, pairEntry } from './spelling.ts';
import type { KrakenWorld } from './world.ts';

type Route = (world: KrakenWorld, params: URLSearchParams) => Answer;

const routes: Readonly<Record<string, Route>> = {
  Time: (world) => {
    const unixtime = Math.floor(world.nowMs() / 1000);
    return { result: { unixtime, rfc1123: rfc1123(unixtime * 1000) } };
  },
  SystemStatus: (world) => ({
    result: { status: world.book.mode(), timestamp: `${isoInstant(world.nowMs()).slice(0, 19)}Z` },
  }),
  Assets: ({ book }) => ({
    result: Object.fromEntries(
      [...new Set(book.pairs.flatMap(({ base, quote }) => [quote, base]))].map((name) => [
        name,
        assetEntry(name),
      ]),
    ),
  }),
  AssetPairs: (world, params) => ofPairs(world, params, (pair) => pairEntry(pair, pairStatus(world))),
  Ticker: (world, params) => ofPairs(world, params, (pair) => tickerEntry(world, pair)),
  OHLC: ohlc,
};

/** What Kraken answers to everybody. */
export function publicAnswer(world: KrakenWorld, endpoint: string, params: URLSearchParams): Answer {
  const route = Object.hasOwn(routes, endpoint) ? routes[endpoint] : undefined;
  return route?.(world, params) ?? { error: 'EGeneral:Unknown method' };
}

/** The pair of that name, in any of its spellings. */
export function pairNamed({ book }: KrakenWorld, text: string | null): PairRules | undefined {
  return book.pairs.find(
    ({ name, altname, wsname }) => text !== null && [name, altname, wsname].includes(text),
  );
}

/** Decimals in which Kraken tells an asset. */
export function assetDecimals(asset: string): number {
  return asset.startsWith('Z') ? 4 : 10;
}

function assetEntry(name: string): object {
  const altname = /^[XZ][A-Z]{3}$/.test(name) ? name.slice(1) : name;
  const isMoney = name.startsWith('Z');
  return {
    aclass: 'currency',
    altname,
    decimals: assetDecimals(name),
    display_decimals: isMoney ? 2 : 5,
    collateral_value: 1,
    status: 'enabled',
  };
}

function pairStatus({ book }: KrakenWorld): string {
  return book.mode() === 'maintenance' ? 'cancel_only' : book.mode();
}

/** Something about the pairs that are asked for, all when none is. */
function ofPairs(world: KrakenWorld, params: URLSearchParams, tell: (pair: PairRules) => unknown): Answer {
  const asked = params.get('pair');
  const pairs = asked ? asked.split(',').map((name) => pairNamed(world, name)) : world.book.pairs;
  const entries: [string, unknown][] = [];
  for (const pair of pairs) {
    if (pair === undefined) return { error: 'EQuery:Unknown asset pair' };
    entries.push([pair.name, tell(pair)]);
  }
  return { result: Object.fromEntries(entries) };
}

/** Kraken tells the last 24 hours to the minute; here they begin with an hour. */
function tickerEntry(world: KrakenWorld, pair: PairRules): object {
  const nowMs = world.nowMs();
  const quote = world.book.quote(pair.name) ?? { last: 0n, bid: 0n, ask: 0n };
  const hours = world.market.bars(pair, 60, nowMs) ?? [];
  const since = (fromMs: number) =>
    joinedBar(
      0,
      hours.filter(({ openMs }) => openMs >= fromMs),
    ) ?? flatBar(0, 0);
  const spans = [since(Math.floor(nowMs / DAY_MS) * DAY_MS), since(nowMs - DAY_MS)];
  const price = (ticks: number) => fixed(BigInt(ticks) * pair.tick, 5);
  const volumes = spans.map(({ lots }) => (lots / 1e8).toFixed(8));
  return {
    a: [fixed(quote.ask, 5), '1', '1.000'],
    b: [fixed(quote.bid, 5), '1', '1.000'],
    c: [fixed(quote.last, 5), '0.00100000'],
    v: volumes,
    p: spans.map((span) => price(meanPrice(span))),
    t: spans.map(({ count }) => count),
    l: spans.map(({ low }) => price(low)),
    h: spans.map(({ high }) => price(high)),
    o: price(spans[0]?.open ?? 0),
  };
}

const meanPrice = ({ open, high, low, close }: Bar) => Math.round((open + high + low + close) / 4);

function ohlc(world: KrakenWorld, params: URLSearchParams): Answer {
  const pair = pairNamed(world, params.get('pair'));
  if (pair === undefined) return { error: 'EQuery:Unknown asset pair' };
  const asked = parsed(() => ({
    minutes: countIn(params, 'interval') ?? 1,
    sinceMs: secondsIn(params, 'since') ?? 0,
  }));
  if ('error' in asked) return asked;
  const bars = world.market.bars(pair, asked.value.minutes, world.nowMs());
  if (bars === undefined) return { error: 'EGeneral:Invalid arguments:interval' };
  const rows = bars.filter(({ openMs }) => openMs > asked.value.sinceMs).map((bar) => row(bar, pair));
  return { result: { [pair.name]: rows, last: (bars.at(-2)?.openMs ?? 0) / 1000 } };
}

/** Seconds, open, high, low, close, average price, volume, trades. */
function row(bar: Bar, { pairDecimals, tick }: PairRules): readonly unknown[] {
  const price = (ticks: number) => fixed(BigInt(ticks) * tick, pairDecimals);
  const { openMs, open, high, low, close, lots, count } = bar;
  return [
    openMs / 1000,
    ...[open, high, low, close].map(price),
    count === 0 ? '0.0' : price(meanPrice(bar)),
    fixed(BigInt(lots) * 10n ** 10n, 8),
    count,
  ];
}

/** `Tue, 11 Nov 25 00:17:04 +0000` */
function rfc1123(ms: number): string {
  const [day, date, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `${day} ${date} ${month} ${year?.slice(2)} ${time} +0000`;
}
