import { join } from 'node:path';
import { engineInput, tickCount } from '../cli/runs.ts';
import { runEngine } from '../shared/core/backtest/engine.ts';
import type { EngineInput } from '../shared/core/backtest/engine-run.ts';
import type { Timeframe } from '../shared/core/market/timeframes.ts';
import { perSecond, type Row, type Runs, timesMs } from './measure.ts';
import { strategyBars, symbolBars, syntheticRun, workspaceIn } from './synthetic-run.ts';

const DAYS = 20 * 365;
const RECORDED_DAYS = 365;
const SYMBOL_BARS_REQUIRED = 1_000_000;
const OFTEN = join(import.meta.dirname, '../examples/stress.yaml');

/** The engine over candles in memory: indicators, signals and the loop, nothing kept from the run before. */
export async function benchEngine(folder: string): Promise<readonly Row[]> {
  return [
    ...(await fromScratch(folder, { exec: '4h' }, { warmUps: 20, measured: 31 })),
    ...(await fromScratch(folder, { exec: '4h', file: OFTEN }, { warmUps: 3, measured: 9 })),
    ...(await fromScratch(folder, { exec: '15m' }, { warmUps: 3, measured: 9 })),
    await withRecords(folder),
  ];
}

async function fromScratch(
  folder: string,
  { exec, file }: { readonly exec: Timeframe; readonly file?: string },
  runs: Runs,
): Promise<readonly Row[]> {
  const run = syntheticRun(workspaceIn(folder, file), { days: DAYS, exec });
  const input: EngineInput = { ...engineInput(run), isRecording: false };
  const { closed } = runEngine(input);
  const times = await timesMs(() => runEngine(input), runs);
  const what = `engine from scratch, E = ${exec}${file === undefined ? '' : ', entering often'}`;
  return [
    {
      what,
      figure: perSecond(symbolBars(run), times),
      unit: 'symbol-bars/s',
      ...(file === undefined && { required: SYMBOL_BARS_REQUIRED }),
      remark: `${symbolBars(run)} symbol-bars, ${closed.length} positions`,
    },
    { what, figure: perSecond(strategyBars(run), times), unit: 'strategy symbol-bars/s' },
  ];
}

async function withRecords(folder: string): Promise<Row> {
  const run = syntheticRun(workspaceIn(folder), { days: RECORDED_DAYS, exec: '4h' });
  const input: EngineInput = { ...engineInput(run), isRecording: true };
  const times = await timesMs(() => runEngine(input), { warmUps: 2, measured: 7 });
  return {
    what: 'engine with decision records, E = 4h',
    figure: perSecond(tickCount(run), times),
    unit: 'ticks/s',
  };
}
