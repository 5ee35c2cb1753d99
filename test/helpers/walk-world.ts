import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import { type Candles, candleAt, candlesOf } from '../../shared/core/market/candles.ts';
import type { SymbolData } from '../../shared/core/market/market-data.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import { instancesOf } from '../../shared/core/strategies/instances.ts';
import { type Shape, scaled, walk } from './candles.ts';
import { SCRIPT_START_MS } from './script.ts';
import { type World, worldConfig } from './world.ts';

const LOOKBACK_ROWS = 720;

interface WalkWorld {
  readonly exec: Timeframe;
  readonly days: number;
  /** A midnight, 2024-01-31 when not told. */
  readonly startMs?: EpochMs;
  readonly shape?: Shape;
  /** Share of exec candles that are not there, while the strategies' candles are. */
  readonly holes?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Two symbols that wander by chance, traded by the real strategies on 4h and 1d, and the history that these need. */
export function walkWorld(
  seed: number,
  { exec, days, startMs = SCRIPT_START_MS, shape = {}, holes = 0, config = {} }: WalkWorld,
): World {
  const symbols = ['BTC/USD', 'ETH/USD'];
  const strategies = { trend_ema: { timeframes: ['4h', '1d'] }, turtle: { timeframes: ['4h', '1d'] } };
  const own = worldConfig(symbols, { strategies, ...config });
  const toMs = startMs + days * timeframeMs['1d'];
  const data = symbols.map(
    (symbol, i) => [symbol, walked(2 * seed + i, { exec, shape, holes, startMs, toMs })] as const,
  );
  return {
    account: 'replay-walk',
    config: own,
    instances: instancesOf(own),
    data: { execTimeframe: exec, symbols: new Map(data) },
    fromMs: startMs,
    toMs,
    lookbackRows: LOOKBACK_ROWS,
  };
}

function walked(
  seed: number,
  {
    exec,
    shape,
    holes,
    startMs,
    toMs,
  }: Required<Pick<WalkWorld, 'exec' | 'shape' | 'holes' | 'startMs'>> & { toMs: EpochMs },
): SymbolData {
  const execMs = timeframeMs[exec];
  const whole = on(walk(seed, (toMs - startMs) / execMs, shape), startMs, execMs);
  const random = randomOf(seed, 'holes');
  const rows = Array.from(whole.openMs, (_, i) => candleAt(whole, i));
  const series = (['4h', '1d'] as const).map((timeframe) => {
    const length = timeframeMs[timeframe];
    const past = on(walk(seed + 1000, LOOKBACK_ROWS), startMs - LOOKBACK_ROWS * length, length);
    const told = exec === timeframe ? whole : aggregateCandles(whole, { from: exec, to: timeframe });
    return [timeframe, joined(past, told)] as const;
  });
  return { exec: candlesOf(rows.filter(() => random.uniform() >= holes)), series: new Map(series) };
}

/** The same candles at another time. */
function on(candles: Candles, startMs: EpochMs, lengthMs: number): Candles {
  return { ...candles, openMs: candles.openMs.map((_, i) => startMs + i * lengthMs) };
}

/** The past leads up to the first open of what follows. */
function joined(past: Candles, next: Candles): Candles {
  const factor = candleAt(next, 0).open / candleAt(past, past.close.length - 1).close;
  const both = [scaled(past, factor), next];
  return candlesOf(both.flatMap((candles) => Array.from(candles.openMs, (_, i) => candleAt(candles, i))));
}
