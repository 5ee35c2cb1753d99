import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineInput, runReplay, tickCount } from '../cli/runs.ts';
import { runEngine } from '../shared/core/backtest/engine.ts';
import type { EngineInput } from '../shared/core/backtest/engine-run.ts';
import { perSecond, type Row, timesAsLong, timesMs } from './measure.ts';
import { syntheticRun, workspaceIn } from './synthetic-run.ts';

const DAYS = 182;
/** With the default config two symbols would hardly trade in half a year. */
const OFTEN = join(import.meta.dirname, '../examples/stress.yaml');
const TICKS_REQUIRED = 300;
const PEER_RUNS = { warmUps: 4, measured: 7 };
const RUNS = { warmUps: 1, measured: 5 };

/** The real tick and watch over stored candles, with a state file that is new in every run and not fsynced. */
export async function benchReplay(folder: string): Promise<readonly Row[]> {
  const file = join(folder, 'never-enter.yaml');
  writeFileSync(file, 'ensemble: { threshold: 20 }\n');
  return [await replayed(folder, OFTEN), await replayed(folder, file)];
}

async function replayed(folder: string, file: string): Promise<Row> {
  const run = syntheticRun(workspaceIn(folder, file), { days: DAYS, exec: '4h' });
  const input: EngineInput = { ...engineInput(run), isRecording: true };
  const peer = await timesMs(() => runEngine(input), PEER_RUNS);
  const { closed } = runEngine(input);
  const times = await timesMs(() => runReplay(run, { isFresh: true }), RUNS);
  const ratio = timesAsLong(times, peer).toFixed(1);
  return {
    what: `replay with its SQLite file, ${closed.length === 0 ? 'never a position' : 'with positions'}`,
    figure: perSecond(tickCount(run), times),
    unit: 'ticks/s',
    required: TICKS_REQUIRED,
    remark: `${closed.length} positions; ${ratio} times the engine with records`,
  };
}
