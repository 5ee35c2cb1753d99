import { adx } from '../shared/core/indicators/adx.ts';
import { atr } from '../shared/core/indicators/atr.ts';
import { bollinger } from '../shared/core/indicators/bollinger.ts';
import { donchian } from '../shared/core/indicators/donchian.ts';
import { ema } from '../shared/core/indicators/ema.ts';
import { highest } from '../shared/core/indicators/extremes.ts';
import { rma } from '../shared/core/indicators/rma.ts';
import { sma } from '../shared/core/indicators/sma.ts';
import { supertrend } from '../shared/core/indicators/supertrend.ts';
import { trueRange } from '../shared/core/indicators/true-range.ts';
import { nanosecondsEach, type Row, timesMs } from './measure.ts';
import { syntheticRun, workspaceIn } from './synthetic-run.ts';

const DAYS = 3 * 365;
const RUNS = { warmUps: 10, measured: 21 };

/** Indicators and whole strategies over one long series: the cost of one of its bars. */
export async function benchIndicators(folder: string): Promise<readonly Row[]> {
  const { workspace, data } = syntheticRun(workspaceIn(folder), { days: DAYS, exec: '15m' });
  const [candles] = [...data.symbols.values()].map(({ exec }) => exec);
  if (candles === undefined) return [];
  const { high, low, close } = candles;
  const works: readonly (readonly [string, () => unknown])[] = [
    ['ema(50)', () => ema(close, 50)],
    ['rma(14)', () => rma(close, 14)],
    ['sma(20)', () => sma(close, 20)],
    ['bollinger(20, 2.5)', () => bollinger(close, { period: 20, width: 2.5 })],
    ['adx(14)', () => adx(high, low, close, 14)],
    ['supertrend(10, 2)', () => supertrend(high, low, close, { period: 10, distance: 2 })],
    ['true range', () => trueRange(high, low, close)],
    ['atr(14)', () => atr(high, low, close, 14)],
    ['highest(20)', () => highest(high, 20)],
    ['highest(200)', () => highest(high, 200)],
    ['donchian(20)', () => donchian(high, low, 20)],
    ...workspace.instances
      .filter(({ timeframe }) => timeframe === '4h')
      .map(({ strategy, params }) => [strategy.id, () => strategy.prepare(candles, params)] as const),
  ];
  const rows: Row[] = [];
  for (const [what, work] of works) {
    const times = await timesMs(work, RUNS);
    rows.push({ what, figure: nanosecondsEach(close.length, times), unit: 'ns/bar' });
  }
  return rows;
}
