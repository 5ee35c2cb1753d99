import { regimes } from '../../shared/core/decision/regime.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';
import { type ParameterFacts, type StrategyFacts, strategyFacts } from '../../shared/core/strategy-facts.ts';

const HEAD = `# Every strategy

Written by \`UPDATE_DOCS=1 npx vitest run test/cli/strategies-doc.test.ts\` from the registry (\`shared/core/strategies\`) and the table of weights
(\`shared/core/decision/weights.ts\`); without \`UPDATE_DOCS\` the same test fails when this page says something else than they do.

These are known ideas, kept simple. None of them is a recommendation: most simple strategies lose after fees, and each says below in which
market it loses. The defaults are common values, not fitted to any candles. The weights are judgement, stated before any result was seen; in a
random walk a vote weighs the mean of the other three. Which of them are enabled, and on which candles, [config/strategies.yaml](../config/strategies.yaml)
says; \`npx --no hot-crypto strategies show turtle\` shows the parameters in force and the candles that one needs.

In the formulas O, H, L and C are open, high, low and close of a candle, +1 is a vote to enter long, −1 its mirror image (an opponent of
entries), and all else in brackets is a parameter. A vote needs a stop below the close.
`;

/** The page docs/strategies.md as the registry has it. */
export function strategiesPage(): string {
  const told = strategies.map((strategy) => strategyFacts(strategy, { strategies: {} }));
  return [HEAD, `## Weights\n\n${weightTable(told)}`, ...told.map(section)].join('\n');
}

function weightTable(told: readonly StrategyFacts[]): string {
  const rows = told.map(
    (one) => `| [\`${one.strategy}\`](#${one.strategy}) | ${one.family} | ${weightsOf(one)} |`,
  );
  const rule = '|---|---|---:|---:|---:|---:|';
  return `| strategy | family | ${regimes.join(' | ')} |\n${rule}\n${rows.join('\n')}\n`;
}

function weightsOf({ weights }: StrategyFacts): string {
  return regimes.map((regime) => weights[regime].toFixed(2)).join(' | ');
}

function section(facts: StrategyFacts): string {
  const { strategy, title, family, longest, formula, source, loses, params } = facts;
  const limit = longest === null ? '' : ` Means nothing on candles longer than ${longest}.`;
  return `## ${strategy}

${title}, family ${family}.${limit}

**Formula.** ${formula}

**Source.** ${source.replace(/\.$/, '')}.

**Loses.** ${loses}

| parameter | default | unit |
|---|---|---|
${params.map(parameterRow).join('\n')}

| ${regimes.join(' | ')} |
|---:|---:|---:|---:|
| ${weightsOf(facts)} |
`;
}

function parameterRow({ name, usual, about }: ParameterFacts): string {
  return `| \`${name}\` | \`${Array.isArray(usual) ? usual.join(' ') : usual}\` | ${about} |`;
}
