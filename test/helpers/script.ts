import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import { type Candle, type Candles, candleAt, candlesOf } from '../../shared/core/market/candles.ts';
import type { MarketData } from '../../shared/core/market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { Instance } from '../../shared/core/strategies/instances.ts';
import type { Signals, Strategy } from '../../shared/core/strategies/strategy.ts';

/** 2024-01-31T00:00Z: a tick of every timeframe, and a day later another month begins. */
export const SCRIPT_START_MS = 1_706_659_200_000;

const ORDINARY_VOLUME = 1000;

// What a strategy says at a candle is written into the fraction of its volume: sums of these are exact.
const words: Readonly<Record<string, number>> = {
  'trend:long': 1 / 2,
  'trend:exit': 1 / 4,
  'trend:short': 1 / 8,
  'turtle:long': 1 / 16,
  'turtle:exit': 1 / 32,
  'turtle:short': 1 / 64,
};

interface ScriptRow extends Candle {
  readonly isHole: boolean;
}

/**
 * One exec candle a line: `open high low close`, then what is special: `v=20` is its volume (1000 otherwise),
 * `hole` leaves it out of the exec candles, `trend:long` and the like are what a scripted strategy says at it.
 */
function rowsOf(script: string, execMs: number, startMs: EpochMs): readonly ScriptRow[] {
  const lines = script.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line, i) => {
      const [open = 0, high = 0, low = 0, close = 0] = line.split(/\s+/).slice(0, 4).map(Number);
      const rest = line.split(/\s+/).slice(4);
      const said = rest.reduce((sum, word) => sum + (words[word] ?? 0), 0);
      const volume = Number(rest.find((word) => word.startsWith('v='))?.slice(2) ?? ORDINARY_VOLUME) + said;
      const openMs = startMs + i * execMs;
      return { openMs, open, high, low, close, volume, isHole: rest.includes('hole') };
    });
}

/** What came before a script. Without it the candles are calm around its first open: true range 2 % of it. */
export interface Past {
  /** Closes that lead up to the script, oldest first; before them it was calm around the first of them. */
  readonly closes?: readonly number[];
  /** How far a candle reaches above and below its close, a fraction of it. */
  readonly reach?: number;
}

/** So many candles before the script begins. */
function pastOf(
  { closes = [], reach = 0.01 }: Past,
  {
    first,
    rows,
    timeframe,
  }: { readonly first: Candle; readonly rows: number; readonly timeframe: Timeframe },
): readonly Candle[] {
  return Array.from({ length: rows }, (_, i) => {
    const close = closes[Math.max(0, closes.length - rows + i)] ?? first.open;
    return {
      openMs: first.openMs - (rows - i) * timeframeMs[timeframe],
      open: close,
      high: close * (1 + reach),
      low: close * (1 - reach),
      close,
      volume: ORDINARY_VOLUME,
    };
  });
}

function joined(a: readonly Candle[], b: Candles): Candles {
  const rows = Array.from(b.openMs, (openMs, i) => ({
    openMs,
    open: b.open[i] ?? 0,
    high: b.high[i] ?? 0,
    low: b.low[i] ?? 0,
    close: b.close[i] ?? 0,
    volume: b.volume[i] ?? 0,
  }));
  return candlesOf([...a, ...rows]);
}

/** How the candles of scripts are made. */
interface Staging {
  readonly exec: Timeframe;
  /** Candles of each timeframe before the scripts begin. */
  readonly historyRows: number;
  readonly past: Readonly<Record<string, Past>>;
  readonly startMs: EpochMs;
}

/** The candles of some scripts, and the span from their first candle to the end of their last. */
export function scriptedData(
  scripts: Readonly<Record<string, string>>,
  { exec, historyRows, past, startMs }: Staging,
): { readonly data: MarketData; readonly fromMs: EpochMs; readonly toMs: EpochMs } {
  const execMs = timeframeMs[exec];
  const symbols = new Map(
    Object.entries(scripts).map(([symbol, script]) => {
      const rows = rowsOf(script, execMs, startMs);
      const whole = candlesOf(rows);
      const first = candleAt(whole, 0);
      const all: readonly Timeframe[] = exec === '1m' ? ['1m', '4h', '1d'] : ['4h', '1d'];
      const series = all.map((timeframe) => {
        const told = exec === timeframe ? whole : aggregateCandles(whole, { from: exec, to: timeframe });
        const before = pastOf(past[symbol] ?? {}, { first, rows: historyRows, timeframe });
        return [timeframe, joined(before, told)] as const;
      });
      const met = candlesOf(rows.filter(({ isHole }) => !isHole));
      return [symbol, { exec: met, series: new Map(series) }];
    }),
  );
  const lengths = Object.values(scripts).map((script) => rowsOf(script, execMs, startMs).length);
  return {
    data: { execTimeframe: exec, symbols },
    fromMs: startMs,
    toMs: startMs + Math.max(...lengths) * execMs,
  };
}

/** What of a scripted strategy can be chosen. */
export interface ScriptedOptions {
  /** Stop below the close of the vote, as a factor of it. */
  readonly stop?: number | undefined;
  /** Target above the close of the vote, as a factor of it. */
  readonly target?: number | undefined;
  /** Where turtle reads its candles; 4h like the other when not told. */
  readonly turtleOn?: Timeframe | undefined;
  /** Of both, or of each. */
  readonly timeStopBars?: number | Readonly<Record<'trend' | 'turtle', number>> | undefined;
}

/**
 * `trend_ema@4h` and `turtle@4h` that say what the script says. Stop 4 % below the close; the first of them trails
 * 4 % below the highest high of three candles.
 */
export function scriptedInstances({
  stop = 0.96,
  target,
  turtleOn = '4h',
  timeStopBars,
}: ScriptedOptions = {}): readonly Instance[] {
  return (['trend', 'turtle'] as const).map((name) => {
    const strategy: Strategy = {
      id: name === 'trend' ? 'trend_ema' : 'turtle',
      title: `scripted ${name}`,
      family: name === 'trend' ? 'trend' : 'breakout',
      formula: 'as scripted',
      source: 'the script',
      loses: 'where the script says so',
      params: { parse: () => ({}) } as unknown as Strategy['params'],
      warmup: () => 0,
      prepare: (candles) => said(name, candles, { stop, target }),
    };
    const timeframe = name === 'turtle' ? turtleOn : '4h';
    const bars = typeof timeStopBars === 'object' ? timeStopBars[name] : timeStopBars;
    return {
      id: `${strategy.id}@${timeframe}`,
      strategy,
      timeframe,
      params: {},
      timeStopMs: bars === undefined ? null : bars * timeframeMs[timeframe],
    };
  });
}

function said(
  name: 'trend' | 'turtle',
  { high, close, volume }: Candles,
  levels: { readonly stop: number; readonly target: number | undefined },
): Signals {
  const says = (word: string, i: number) => {
    const steps = ((volume[i] ?? 0) % 1) / (words[`${name}:${word}`] ?? 1);
    return Math.floor(steps) % 2 === 1;
  };
  const { target } = levels;
  const vote = Int8Array.from(close, (_, i) => (says('long', i) ? 1 : says('short', i) ? -1 : 0));
  const trail = Float64Array.from(
    high,
    (_, i) => 0.96 * Math.max(...high.subarray(Math.max(0, i - 2), i + 1)),
  );
  return {
    vote,
    exit: Uint8Array.from(close, (_, i) => (says('exit', i) ? 1 : 0)),
    stop: close.map((price) => levels.stop * price),
    ...(name === 'trend' && { trail }),
    ...(target !== undefined && { target: close.map((price) => target * price) }),
  };
}
