import type { Command } from 'commander';
import { runEngine } from '../shared/core/backtest/engine.ts';
import type { Config } from '../shared/core/config.ts';
import { textOf, unitsOf, unitsOfNumber } from '../shared/core/decimal.ts';
import { AppError } from '../shared/core/errors.ts';
import { accountReport, growth } from '../shared/core/execution/report.ts';
import { didYouMean } from '../shared/core/nearest.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';
import { findStrategy } from '../shared/core/strategies/registry.ts';
import { openWorkspace } from './context.ts';
import { type SpanOptions, withSpanOptions } from './options.ts';
import { engineInput, prepareRun, type StoredRun } from './runs.ts';
import { instant, percent, say, sayJson, table, usd } from './screen.ts';
import { haltsOf, type RunReport, showReport, showSilent } from './show-report.ts';

interface BacktestOptions extends SpanOptions {
  readonly strategy?: string;
  readonly all?: boolean;
}

/** `hot-crypto backtest`: the engine, over the account or over one strategy at a time. */
export function addBacktest(program: Command): void {
  withSpanOptions(program.command('backtest'))
    .description('run the fast engine over stored candles: the whole account, or strategies alone')
    .option('--strategy <id>', 'one strategy alone, on all its timeframes')
    .option('--all', 'every strategy alone, one after the other')
    .action(async (options: BacktestOptions) => {
      if (options.all && options.strategy !== undefined) {
        throw new AppError('usage', '--all and --strategy exclude each other.', 'Give one of them.');
      }
      const run = await prepareRun(openWorkspace(options), options);
      if (options.all) showAll(run, enabledIn(run), options);
      else if (options.strategy === undefined)
        showOne(backtest(run, run.workspace.config), 'BACKTEST', options);
      else showOne(alone(run, options.strategy), `BACKTEST of ${options.strategy} alone`, options);
    });
}

function showOne(report: RunReport, title: string, { json }: BacktestOptions): void {
  if (json) sayJson(report);
  else showReport(report, title);
}

function showAll(run: StoredRun, ids: readonly string[], { json }: BacktestOptions): void {
  const results = ids.map((strategy) => ({ strategy, ...alone(run, strategy) }));
  if (json) {
    sayJson({ results });
    return;
  }
  const { fromMs, toMs, data, silent } = run;
  say(
    `BACKTEST of each strategy alone  ${instant(fromMs)} to ${instant(toMs)} UTC, fills on ${data.execTimeframe} candles`,
  );
  showSilent(silent);
  say();
  table(
    ['strategy', 'closed', 'open', 'fees USD', 'equity USD', 'result', 'holding'],
    results.map((one) => [
      one.strategy,
      `${one.positions.length}`,
      `${one.open.length}`,
      usd(one.feesPaid),
      usd(one.equityFinal),
      percent(growth(Number(one.capital), unitsOf(one.equityFinal))),
      percent(growth(Number(one.capital), unitsOf(one.buyAndHold.equityFinal))),
    ]),
  );
  for (const one of results) for (const line of haltsOf(one.strategy, one)) say(line);
}

function backtest(run: StoredRun, config: Config): RunReport {
  const result = runEngine({
    ...engineInput(run),
    config,
    instances: instancesOf(config),
    isRecording: false,
  });
  return {
    account: run.account,
    fromMs: run.fromMs,
    toMs: run.toMs,
    exec: run.data.execTimeframe,
    capital: textOf(unitsOfNumber(config.capital)),
    ...accountReport(result),
    buyAndHold: run.buyAndHold,
    silent: run.silent,
  };
}

/** The strategies that the config enables, in alphabetical order. */
function enabledIn({ workspace }: StoredRun): readonly string[] {
  return [...new Set(workspace.instances.map(({ strategy }) => strategy.id))];
}

/** A strategy that votes alone enters on its own vote. @throws AppError `usage` on an unknown strategy */
function alone(run: StoredRun, id: string): RunReport {
  const { config } = run.workspace;
  const own = config.strategies[id];
  const known = enabledIn(run);
  if (own === undefined || !known.includes(id)) {
    const what =
      findStrategy(id) === undefined ? 'There is no strategy' : 'The config does not enable the strategy';
    throw new AppError(
      'usage',
      `${what} '${id}'${didYouMean(id, known)}.`,
      `Use one of ${known.join(', ')}.`,
    );
  }
  return backtest(run, {
    ...config,
    strategies: { [id]: own },
    ensemble: { threshold: Number.MIN_VALUE, minSupporters: 1, minFamilies: 1 },
  });
}
