import { type Random, randomOf } from '../../shared/core/market/random.ts';
import { type EpochMs, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { type Bar, flatBar } from './bars.ts';

/** Minutes of a 4h candle. */
const MINUTES = 240;
/** Of the range of the candle: the noise of one minute. */
const NOISE = 0.03;
/** Share of minutes in which nobody trades. */
const QUIET = 0.05;
/** With less volume than this only the minutes that must trade do. */
const LOTS_FEW = 100_000;

/** A trade of the market, in ticks and 10⁻⁸ of base. */
interface PathTrade {
  readonly atMs: EpochMs;
  readonly price: number;
  readonly lots: number;
}

/** Where the price must be after some minutes. */
interface Knot {
  readonly minute: number;
  readonly price: number;
}

/**
 * The minutes of a 4h candle: a walk drawn from the seed that begins at its open, touches its high and its low, ends at
 * its close, never leaves it, and has its volume to the last lot.
 * @param key what the chance is for: the same candle of the same key has the same minutes
 */
export function minutesOf(candle: Bar, seed: number, key: string): readonly Bar[] {
  const { openMs, open, lots } = candle;
  if (lots === 0)
    return Array.from({ length: MINUTES }, (_, minute) => flatBar(openMs + minute * MINUTE_MS, open));
  const random = randomOf(seed, `path/${key}/${openMs}`);
  const knots = knotsOf(candle, random);
  const volumes = volumesOf(lots, knots, random);
  const bars: Bar[] = [];
  let price = open;
  let at = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    while ((knots[at]?.minute ?? MINUTES) <= minute) at++;
    const startMs = openMs + minute * MINUTE_MS;
    const volume = volumes[minute] ?? 0;
    const knot = knots[at];
    const bar =
      volume === 0 || knot === undefined
        ? flatBar(startMs, price)
        : minuteBar(candle, { openMs: startMs, price, lots: volume, minute, knot }, random);
    bars.push(bar);
    price = bar.close;
  }
  return bars;
}

function knotsOf({ open, high, low, close }: Bar, random: Random): readonly Knot[] {
  const first = 1 + Math.floor(random.uniform() * 118);
  const second = 120 + Math.floor(random.uniform() * 118);
  const isHighFirst = random.uniform() < (close < open ? 0.7 : 0.3);
  return [
    { minute: first, price: isHighFirst ? high : low },
    { minute: second, price: isHighFirst ? low : high },
    { minute: MINUTES, price: close },
  ];
}

/** Minutes at whose end there is a knot, and the first one, always trade. */
function volumesOf(lots: number, knots: readonly Knot[], random: Random): readonly number[] {
  const needed = new Set([0, ...knots.map(({ minute }) => minute - 1)]);
  const weights = Array.from({ length: MINUTES }, (_, minute) => {
    const drawn = random.uniform();
    const isQuiet = random.uniform() < QUIET || lots < LOTS_FEW;
    if (needed.has(minute)) return 0.5 + drawn;
    return isQuiet ? 0 : 0.05 + drawn ** 3;
  });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const volumes = weights.map((weight) =>
    weight === 0 ? 0 : Math.max(1, Math.floor((lots * weight * 0.999) / all)),
  );
  volumes[0] = (volumes[0] ?? 0) + lots - volumes.reduce((sum, volume) => sum + volume, 0);
  return volumes;
}

function minuteBar(
  { high: top, low: bottom }: Bar,
  from: {
    readonly openMs: EpochMs;
    readonly price: number;
    readonly lots: number;
    readonly minute: number;
    readonly knot: Knot;
  },
  random: Random,
): Bar {
  const { openMs, price: open, lots, minute, knot } = from;
  const noise = (top - bottom) * NOISE;
  const within = (price: number) => Math.max(bottom, Math.min(top, Math.round(price)));
  const left = knot.minute - minute;
  const close = left <= 1 ? knot.price : within(open + (knot.price - open) / left + noise * random.normal());
  const high = within(Math.max(open, close) + noise * 0.5 * random.uniform());
  const low = within(Math.min(open, close) - noise * 0.5 * random.uniform());
  return { openMs, open, high, low, close, lots, count: tradePrices({ open, high, low, close }).length };
}

function tradePrices({ open, high, low, close }: Pick<Bar, 'open' | 'high' | 'low' | 'close'>): number[] {
  const prices = close >= open ? [open, low, high, close] : [open, high, low, close];
  return prices.filter((price, i) => i === 0 || price !== prices[i - 1]);
}

/** The trades that make a minute, in their order: none in a minute without volume. */
export function tradesOf(minute: Bar): readonly PathTrade[] {
  if (minute.lots === 0) return [];
  const prices = tradePrices(minute);
  const each = Math.floor(minute.lots / prices.length);
  return prices.map((price, i) => ({
    atMs: minute.openMs + Math.floor(((i + 0.5) * MINUTE_MS) / prices.length),
    price,
    lots: i === prices.length - 1 ? minute.lots - each * (prices.length - 1) : each,
  }));
}
