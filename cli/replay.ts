import type { Command } from 'commander';
import { textOf, unitsOfNumber } from '../shared/core/decimal.ts';
import { accountReport } from '../shared/core/execution/report.ts';
import { openWorkspace } from './context.ts';
import { type SpanOptions, withSpanOptions } from './options.ts';
import { finalEquity, prepareRun, runReplay, type StoredRun, tickCount } from './runs.ts';
import { instant, progress, sayJson } from './screen.ts';
import { type RunReport, showReport } from './show-report.ts';

interface ReplayOptions extends SpanOptions {
  readonly fresh?: boolean;
}

/** `hot-crypto replay`: the real tick and watch over stored candles. */
export function addReplay(program: Command): void {
  withSpanOptions(program.command('replay'))
    .description('run the real tick and watch over stored candles; an interrupted one resumes')
    .option('--fresh', 'forget what an earlier replay of the same candles and config found')
    .action(async (options: ReplayOptions) => {
      const run = await prepareRun(openWorkspace(options), options);
      const kept = await runReplay(run, { isFresh: options.fresh === true, hooks: progressHooks(run) });
      const report: RunReport = {
        account: run.account,
        fromMs: run.fromMs,
        toMs: run.toMs,
        exec: run.data.execTimeframe,
        capital: textOf(unitsOfNumber(run.workspace.config.capital)),
        ...accountReport({ ...kept, equityFinal: finalEquity(run, kept) }),
        buyAndHold: run.buyAndHold,
        silent: run.silent,
      };
      if (options.json) sayJson(report);
      else showReport(report, 'REPLAY');
    });
}

/** Shows the simulated time as it passes, on a terminal. */
export function progressHooks(run: StoredRun) {
  const all = tickCount(run);
  let done = 0;
  return {
    onDecisions: (records: readonly { readonly atMs: number }[]) => {
      done++;
      const [first] = records;
      if (done === all) progress('');
      else if (done % 100 === 0 && first !== undefined)
        progress(`${instant(first.atMs)} UTC  ${done} of ${all} ticks`);
    },
  };
}
