import { assert } from '../assert.ts';
import { type Candles, candleColumns, emptyCandles, sliceCandles } from './candles.ts';
import type { Instrument } from './instruments.ts';
import { type Random, randomOf } from './random.ts';
import { type MarketStep, marketSteps, type RegimeName, regimeNames } from './synthetic-regimes.ts';
import { DAY_MS, type EpochMs, timeframeMs } from './timeframes.ts';

/** The timeframe that the synthetic market is made in: its finest, and the exec timeframe on it. */
export const syntheticTimeframe = '15m';

/** The seed of `npm start`. */
export const DEFAULT_SYNTHETIC_SEED = 127;

/** 2025-01-01T00:00Z: where trading on the synthetic market begins. */
export const SYNTHETIC_TRADING_START_MS: EpochMs = 1_735_689_600_000;

/** 720 days earlier: every timeframe has 720 candles when trading begins. */
export const SYNTHETIC_START_MS: EpochMs = SYNTHETIC_TRADING_START_MS - 720 * DAY_MS;

export interface SyntheticOptions {
  /** Any number; another one is another market. */
  readonly seed: number;
  /** Open time of the first candle, a multiple of 15 minutes. */
  readonly startMs: EpochMs;
  readonly symbols: readonly Pick<Instrument, 'symbol' | 'tickDecimals'>[];
}

export interface SyntheticMarket {
  /**
   * The 15m candles that open at or after `fromMs` and close at or before `toMs`, as views that nobody may write.
   * What was asked before changes nothing: a candle depends on seed, start and symbol alone.
   * @throws Error `Bug: …` on a symbol that the market has not
   */
  candles(symbol: string, span: { readonly fromMs: EpochMs; readonly toMs: EpochMs }): Candles;
  /** The regime of the 15m candle that opens at or last before `atMs`, the same for all symbols. */
  regimeAt(atMs: EpochMs): RegimeName;
}

/** How a symbol differs from the market. */
interface Character {
  /** In quote currency. */
  readonly startPrice: number;
  /** Its moves as a multiple of the market's. */
  readonly beta: number;
  /** Typical volume of a 15m candle in base currency. */
  readonly volume: number;
}

const characters: Readonly<Record<string, Character>> = {
  'BTC/USD': { startPrice: 60_000, beta: 1, volume: 20 },
  'ETH/USD': { startPrice: 3_000, beta: 1.25, volume: 300 },
};
const otherCharacter: Character = { startPrice: 100, beta: 1.5, volume: 5_000 };

const CANDLE_MS = timeframeMs[syntheticTimeframe];

/** Correlation of the noise of any two symbols. */
const CORRELATION = 0.8;

/** Volume of a candle that jumps, in multiples of the usual. */
const JUMP_VOLUME = 3;

/** Fraction of the way back to the start price, per candle (1 per year): a market of many years stays plausible. */
const HOMEWARD = CANDLE_MS / (365 * DAY_MS);

/**
 * A made-up market: correlated symbols that go through the same regimes (trend, reversion, calm, crash).
 * It is made as far as somebody asks, once. Only additions, products and square roots make it, so that a
 * seed gives the same bytes on every machine.
 */
export function syntheticMarket({ seed, startMs, symbols }: SyntheticOptions): SyntheticMarket {
  assert(startMs % CANDLE_MS === 0, `synthetic start ${startMs} is not a multiple of 15 minutes`);
  const nextStep = marketSteps(randomOf(seed, 'market'), CANDLE_MS);
  const makers = symbols.map((symbol) => symbolMaker(symbol, randomOf(seed, symbol.symbol)));
  let columns = symbols.map(() => emptyCandles(0));
  let regimes = new Uint8Array(0);
  let made = 0;

  const makeTo = (count: number) => {
    if (count > regimes.length) {
      const capacity = Math.max(count, 2 * regimes.length);
      columns = columns.map((candles) => grown(candles, capacity));
      const before = regimes;
      regimes = new Uint8Array(capacity);
      regimes.set(before);
    }
    for (; made < count; made++) {
      const step = nextStep();
      regimes[made] = step.regime;
      for (let k = 0; k < makers.length; k++) {
        columns[k]!.openMs[made] = startMs + made * CANDLE_MS;
        makers[k]!(step, columns[k]!, made);
      }
    }
  };

  return {
    candles(symbol, { fromMs, toMs }) {
      const index = symbols.findIndex((known) => known.symbol === symbol);
      assert(index >= 0, `synthetic symbol '${symbol}'`);
      const to = Math.max(0, Math.floor((toMs - startMs) / CANDLE_MS));
      const from = Math.max(0, Math.ceil((fromMs - startMs) / CANDLE_MS));
      makeTo(to);
      return sliceCandles(columns[index]!, Math.min(from, to), to);
    },
    regimeAt(atMs) {
      const row = Math.floor((atMs - startMs) / CANDLE_MS);
      assert(row >= 0, `synthetic regime at ${atMs}, before the start ${startMs}`);
      makeTo(row + 1);
      return regimeNames[regimes[row]!]!;
    },
  };
}

/** Writes row `i` of a symbol: prices on the tick grid, at least one tick; volume of at least 10⁻⁸. */
type CandleMaker = (step: MarketStep, candles: Candles, i: number) => void;

function symbolMaker(
  { symbol, tickDecimals }: SyntheticOptions['symbols'][number],
  random: Random,
): CandleMaker {
  const character = characters[symbol] ?? otherCharacter;
  const ticksPerUnit = 10 ** tickDecimals;
  const onGrid = (value: number) => Math.max(1, Math.round(value * ticksPerUnit)) / ticksPerUnit;
  let price = character.startPrice;
  let anchor = price;

  return (step, { open, high, low, close, volume }, i) => {
    if (step.isFirstOfSpell) anchor = price;
    const noise = Math.sqrt(CORRELATION) * step.noise + Math.sqrt(1 - CORRELATION) * random.normal();
    const steady = step.pull * (anchor / price - 1) + HOMEWARD * (character.startPrice / price - 1);
    const change = steady + character.beta * (step.drift + step.volatility * noise);
    // A shadow of 0.4 standard deviations on average makes the range that a random walk of this volatility has.
    const shadow = 0.5 * step.volatility * character.beta * price;

    open[i] = onGrid(price * (1 + (step.isJump ? change / 2 : 0)));
    price *= 1 + change;
    close[i] = onGrid(price);
    high[i] = onGrid(Math.max(open[i]!, close[i]!) + shadow * Math.abs(random.normal()));
    low[i] = onGrid(Math.min(open[i]!, close[i]!) - shadow * Math.abs(random.normal()));
    const traded = character.volume * (0.3 + random.uniform()) * (0.5 + Math.abs(noise));
    volume[i] = Math.max(1, Math.round((step.isJump ? JUMP_VOLUME : 1) * traded * 1e8)) / 1e8;
  };
}

function grown(candles: Candles, capacity: number): Candles {
  const larger = emptyCandles(capacity);
  for (const column of candleColumns) larger[column].set(candles[column]);
  return larger;
}
