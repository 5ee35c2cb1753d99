import { openCandles } from '../cli/context.ts';
import { timeframeMs } from '../shared/core/market/timeframes.ts';
import { perSecond, type Row, timesMs } from './measure.ts';
import { syntheticRun, workspaceIn } from './synthetic-run.ts';

const DAYS = 365;
const SYMBOL = 'BTC/USD';
const TIMEFRAME = '15m';

/** The candle store: Parquet files of one series, written once and read whole. */
export async function benchCandles(folder: string): Promise<readonly Row[]> {
  const workspace = workspaceIn(folder);
  const { data, fromMs } = syntheticRun(workspace, { days: DAYS, exec: TIMEFRAME });
  const candles = data.symbols.get(SYMBOL)?.exec;
  if (candles === undefined) return [];
  const store = openCandles(workspace, 'synthetic');
  const provenance = { source: 'synthetic', name: 'bench' };
  await store.append({ symbol: SYMBOL, timeframe: TIMEFRAME, candles, provenance });
  const rows = candles.openMs.length;
  const whole = await timesMs(() => store.read(SYMBOL, TIMEFRAME), { warmUps: 3, measured: 9 });
  const lookback = { fromMs, toMs: fromMs + 720 * timeframeMs[TIMEFRAME] };
  const part = await timesMs(() => store.read(SYMBOL, TIMEFRAME, lookback), { warmUps: 3, measured: 9 });
  const what = (span: string) => `candle store, reading ${span}`;
  return [
    { what: what(`${rows} candles of ${TIMEFRAME}`), figure: perSecond(rows, whole), unit: 'candles/s' },
    { what: what('720 of them'), figure: perSecond(720, part), unit: 'candles/s' },
  ];
}
