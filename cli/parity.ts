import { type Command, Option } from 'commander';
import { compareWithEngine, DIFFERENCES_MAX, type Parity } from '../shared/app/parity.ts';
import type { SilentSeries } from '../shared/app/silent-series.ts';
import { type AccountReport, accountReport } from '../shared/core/execution/report.ts';
import { openWorkspace } from './context.ts';
import { type SpanOptions, withSpanOptions } from './options.ts';
import { parityOfLookback } from './parity-lookback.ts';
import { progressHooks } from './replay.ts';
import { engineInput, finalEquity, prepareRun, runReplay } from './runs.ts';
import { green, instant, red, say, sayJson, table } from './screen.ts';
import { counted, showSilent } from './show-report.ts';

interface ParityOptions extends SpanOptions {
  readonly fresh?: boolean;
  readonly lookback?: boolean;
}

/** `hot-crypto parity`: does the backtest engine agree with the real tick and watch? */
export function addParity(program: Command): void {
  withSpanOptions(program.command('parity'))
    .description(
      'compare the engine with a replay: decisions, fills and equity marks; exit 1 on a difference',
    )
    .option('--fresh', 'replay again from the beginning')
    .addOption(
      new Option(
        '--lookback',
        'compare instead what each strategy says over the last 720 candles and over all of them',
      ).conflicts(['exec', 'fresh']),
    )
    .action(async (options: ParityOptions) => {
      if (options.lookback) return parityOfLookback(options);
      const run = await prepareRun(openWorkspace(options), options);
      const kept = await runReplay(run, { isFresh: options.fresh === true, hooks: progressHooks(run) });
      const parity = compareWithEngine(kept, engineInput(run));
      const report = accountReport({ ...kept, equityFinal: finalEquity(run, kept) });
      const { positions, open, equityFinal, reasons, rejects, forbidden, notEvaluable, notes, halted } =
        report;
      const { account, fromMs, toMs, silent } = run;
      const exec = run.data.execTimeframe;
      const counts = {
        account,
        fromMs,
        toMs,
        exec,
        positions: positions.length,
        open: open.length,
        equityFinal,
        reasons,
        rejects,
        forbidden,
        notEvaluable,
        notes,
        halted,
        silent,
      };
      if (options.json) sayJson({ ...spelledOut(parity), ...counts });
      else showParity(parity, counts);
      if (parity.differences.length > 0) process.exitCode = 1;
    });
}

/** A side that has nothing there says null: every difference has the same keys. */
function spelledOut({ differences, compared }: Parity) {
  const told = differences.map(({ kind, at, field, engine = null, replay = null }) => {
    return { kind, at, field, engine, replay };
  });
  return { differences: told, compared };
}

interface Counts
  extends Pick<
    AccountReport,
    'equityFinal' | 'reasons' | 'rejects' | 'forbidden' | 'notEvaluable' | 'notes' | 'halted'
  > {
  readonly account: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly exec: string;
  readonly positions: number;
  readonly open: number;
  readonly silent: readonly SilentSeries[];
}

function showParity(
  { differences, compared }: Parity,
  { fromMs, toMs, exec, positions, open, reasons, rejects, silent }: Counts,
): void {
  say(
    `PARITY between the engine and the replay  ${instant(fromMs)} to ${instant(toMs)} UTC, fills on ${exec} candles`,
  );
  showSilent(silent);
  say();
  say(`compared   ${compared.decisions} decisions, ${compared.fills} fills, ${compared.marks} equity marks`);
  say(`positions  ${positions} closed, ${open} open`);
  say(`reasons    ${counted(reasons) || 'none'}`);
  say(`refused    ${counted(rejects) || 'nothing'}`);
  if (differences.length === 0) {
    say(green('no difference'));
    return;
  }
  say(
    red(
      `${differences.length}${differences.length === DIFFERENCES_MAX ? ' or more' : ''} differences; the first:`,
    ),
  );
  table(
    ['what', 'at', 'field', 'engine', 'replay'],
    differences
      .slice(0, 20)
      .map((one) => [one.kind, one.at, one.field, spelled(one.engine), spelled(one.replay)]),
  );
}

function spelled(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
