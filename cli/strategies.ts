import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { regimes } from '../shared/core/decision/regime.ts';
import { AppError } from '../shared/core/errors.ts';
import { didYouMean } from '../shared/core/nearest.ts';
import { findStrategy, strategies } from '../shared/core/strategies/registry.ts';
import { type NeedFacts, type StrategyFacts, strategyFacts } from '../shared/core/strategy-facts.ts';
import { type ConfigOptions, withConfigOptions } from './options.ts';
import { bold, say, sayJson, sayWrapped, table } from './screen.ts';

/** `hot-crypto strategies list|show`. */
export function addStrategies(program: Command): void {
  const group = program
    .command('strategies')
    .description('what may vote: formulas, sources, parameters, weights');
  withConfigOptions(group.command('list'))
    .description('every strategy, the candles on which it is enabled, and its weight in each regime')
    .action(list);
  withConfigOptions(group.command('show'))
    .argument('<id>', 'such as turtle')
    .description('one strategy: formula, source, when it loses, parameters in force, candles that it needs')
    .action(show);
}

function list({ config, json }: ConfigOptions): void {
  const loaded = loadConfig(config);
  const told = strategies.map((strategy) => strategyFacts(strategy, loaded));
  if (json) {
    sayJson({
      strategies: told.map(({ strategy, title, family, instances, weights }) => ({
        strategy,
        title,
        family,
        instances,
        weights,
      })),
    });
    return;
  }
  table(
    ['strategy', 'family', 'enabled on', ...regimes],
    told.map((one) => [one.strategy, one.family, enabledOn(one), ...weightsOf(one)]),
  );
}

function enabledOn({ needs }: StrategyFacts): string {
  const enabled = needs.filter(({ isEnabled }) => isEnabled).map(({ timeframe }) => timeframe);
  return enabled.length === 0 ? 'nothing' : enabled.join(' ');
}

function weightsOf({ weights }: StrategyFacts): readonly string[] {
  return regimes.map((regime) => weights[regime].toFixed(2));
}

function show(id: string, { config, json }: ConfigOptions): void {
  const strategy = findStrategy(id);
  if (strategy === undefined) throw unknown(id);
  const facts = strategyFacts(strategy, loadConfig(config));
  if (json) sayJson(facts);
  else sayFacts(facts);
}

function unknown(id: string): AppError {
  const ids = strategies.map((strategy) => strategy.id);
  return new AppError(
    'usage',
    `There is no strategy '${id}'${didYouMean(id, ids)}.`,
    `Use one of ${ids.join(', ')}.`,
  );
}

function sayFacts(facts: StrategyFacts): void {
  const { strategy, title, family, formula, source, loses, longest, params, needs, timeStopCandles } = facts;
  say(bold(`${strategy}  ${title}, family ${family}`));
  say();
  sayWrapped('formula    ', formula);
  sayWrapped('source     ', source);
  sayWrapped('loses      ', loses);
  say(`enabled    on ${enabledOn(facts)}${longest === null ? '' : `; means nothing above ${longest}`}`);
  say(`weights    ${regimes.map((regime, i) => `${regime} ${weightsOf(facts)[i]}`).join(', ')}`);
  say(`time stop  ${timeStopCandles === null ? 'none' : `after ${timeStopCandles} candles`}`);
  say();
  table(
    ['parameter', 'in force', 'default', ''],
    params.map(({ name, value, usual, about }) => [name, `${value}`, `${usual}`, about]),
  );
  say();
  table(['candles', 'warm-up', 'lookback', ''], needs.map(needRow));
}

function needRow({ timeframe, isEnabled, warmup, lookback }: NeedFacts): readonly string[] {
  const isTooLong = Math.max(lookback, warmup + 1) > LOOKBACK_ROWS;
  const remark = isTooLong ? `refused: a decision sees ${LOOKBACK_ROWS}` : isEnabled ? 'enabled' : '';
  return [timeframe, `${warmup}`, `${lookback}`, remark];
}
