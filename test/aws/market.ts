import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import { type Candle, type Candles, candleAt, candlesOf } from '../../shared/core/market/candles.ts';
import { SYNTHETIC_START_MS, syntheticMarket } from '../../shared/core/market/synthetic.ts';
import { type EpochMs, MINUTE_MS, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';

/** Candles that Kraken gives of each timeframe, without the unfinished one. */
const ROWS = 720;
const MINUTES = timeframeMs['15m'] / MINUTE_MS;
const symbols = [
  { symbol: 'BTC/USD', tickDecimals: 1 },
  { symbol: 'ETH/USD', tickDecimals: 2 },
];

/** A market of which the present can be moved, with candles of every timeframe that tell the same prices. */
export interface Market {
  /** The newest 720 candles that have closed by `nowMs`, and the unfinished one. */
  candles(symbol: string, timeframe: Timeframe, nowMs: EpochMs): Candles;
  /** All prices of a symbol are multiplied by `factor` from the close of this minute on: its candle shows the jump. */
  jump(symbol: string, minuteMs: EpochMs, factor: number): void;
  /** As if it had never jumped. */
  calm(): void;
}

interface Jump {
  readonly minuteMs: EpochMs;
  readonly factor: number;
}

/** The synthetic market of a seed, told to the minute. */
export function minuteMarket(seed: number): Market {
  const base = syntheticMarket({ seed, startMs: SYNTHETIC_START_MS, symbols });
  const jumps = new Map<string, Jump[]>();

  /** Product of the jumps before an instant. */
  const factorAt = (symbol: string, ms: EpochMs) =>
    (jumps.get(symbol) ?? [])
      .filter(({ minuteMs }) => minuteMs < ms)
      .reduce((sum, { factor }) => sum * factor, 1);
  const onGrid = (symbol: string, price: number) => {
    const { tickDecimals = 1 } = symbols.find((one) => one.symbol === symbol) ?? {};
    return Math.round(price * 10 ** tickDecimals) / 10 ** tickDecimals;
  };

  const quarters = (symbol: string, fromMs: EpochMs, toMs: EpochMs): readonly Candle[] => {
    const whole = base.candles(symbol, { fromMs, toMs });
    return Array.from(whole.openMs, (_, i) => candleAt(whole, i));
  };

  const minutesOf = (symbol: string, quarter: Candle): readonly Candle[] =>
    Array.from({ length: MINUTES }, (_, minute) => {
      const openMs = quarter.openMs + minute * MINUTE_MS;
      const [before, after] = [factorAt(symbol, openMs), factorAt(symbol, openMs + MINUTE_MS)];
      const open = onGrid(symbol, priceAt(quarter, minute) * before);
      const close = onGrid(symbol, priceAt(quarter, minute + 1) * after);
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      return { openMs, open, high, low, close, volume: quarter.volume / MINUTES };
    });

  const moved = (symbol: string, quarter: Candle): Candle => {
    const factor = factorAt(symbol, quarter.openMs);
    if (factorAt(symbol, quarter.openMs + timeframeMs['15m']) !== factor)
      return joined(quarter.openMs, minutesOf(symbol, quarter));
    const [open, high, low, close] = [quarter.open, quarter.high, quarter.low, quarter.close].map((price) =>
      onGrid(symbol, price * factor),
    );
    return { ...quarter, open: open ?? 0, high: high ?? 0, low: low ?? 0, close: close ?? 0 };
  };

  /** Minutes that open in a span; the one that is running counts whole. */
  const minutes = (symbol: string, fromMs: EpochMs, toMs: EpochMs): readonly Candle[] => {
    const length = timeframeMs['15m'];
    return quarters(symbol, Math.floor(fromMs / length) * length, Math.ceil(toMs / length) * length)
      .flatMap((quarter) => minutesOf(symbol, quarter))
      .filter(({ openMs }) => openMs >= fromMs && openMs < toMs);
  };

  return {
    candles(symbol, timeframe, nowMs) {
      const length = timeframeMs[timeframe];
      const openMs = Math.floor(nowMs / length) * length;
      const fromMs = openMs - ROWS * length;
      const unfinished = joined(
        openMs,
        minutes(symbol, openMs, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS),
      );
      if (timeframe === '1m') return candlesOf([...minutes(symbol, fromMs, openMs), unfinished]);
      const fine = candlesOf(quarters(symbol, fromMs, openMs).map((quarter) => moved(symbol, quarter)));
      const finished = timeframe === '15m' ? fine : aggregateCandles(fine, { from: '15m', to: timeframe });
      return candlesOf([...Array.from(finished.openMs, (_, i) => candleAt(finished, i)), unfinished]);
    },
    jump(symbol, minuteMs, factor) {
      jumps.set(symbol, [...(jumps.get(symbol) ?? []), { minuteMs, factor }]);
    },
    calm: () => jumps.clear(),
  };
}

/** The price `minute` minutes into a candle: straight to its one extreme, to the other, and to its close. */
function priceAt({ open, high, low, close }: Candle, minute: number): number {
  const knots = close >= open ? [open, low, high, close] : [open, high, low, close];
  const leg = Math.min(2, Math.floor(minute / 5));
  const [from = 0, to = 0] = knots.slice(leg);
  return from + ((to - from) * (minute - 5 * leg)) / 5;
}

function joined(openMs: EpochMs, parts: readonly Candle[]): Candle {
  return {
    openMs,
    open: parts[0]?.open ?? 0,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close: parts.at(-1)?.close ?? 0,
    volume: parts.reduce((sum, { volume }) => sum + volume, 0),
  };
}
