import { logLevels, variableNames, variables } from '../../config/environment.ts';
import { configSchema } from '../../shared/core/config.ts';
import { fieldUnder, type SchemaField, schemaTree } from '../../shared/core/schema-tree.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';

const HEAD = `# Every setting

Written by \`UPDATE_DOCS=1 npx vitest run test/cli/config-doc.test.ts\` from the schemas (\`shared/core/config.ts\` and the strategies);
without \`UPDATE_DOCS\` the same test fails when this page says something else than they do.

A config is YAML. Four layers, each over the one before: the defaults below, [config/markets.yaml](../config/markets.yaml) and
[config/strategies.yaml](../config/strategies.yaml), [config/paper.yaml](../config/paper.yaml), and the file that \`--config FILE\` names. Such a file
holds only what differs:

\`\`\`yaml
risk:
  riskPerTrade: 0.01
strategies:
  turtle: { params: { entry: 55 } }
\`\`\`

[config/live.yaml](../config/live.yaml) is such a file, for real money.

Fields are laid over each other one by one, lists are replaced whole. A field that does not exist, a wrong type or a value beyond its ceiling
is refused by every verb, with the field, what was given, and the name that was probably meant. \`npx --no hot-crypto doctor --config FILE\`
shows what is in force and where each value was written. A decision sees 720 candles, so averages must have forgotten what came before: the longest
exponential average is one of 52 candles, the longest of true ranges or of the RSI one of 27, of the ADX one of 23 ([why](decisions/0017-what-720-candles-can-remember.md)). Fractions are of 1, not per cent: 0.01 is one per cent.
`;

const environment = `## Environment variables

| variable | meaning |
|---|---|
${variableNames.map((name) => `| \`${name}\` | ${variables[name]} |`).join('\n')}

They may also stand in a file \`.env\` in the working directory, as \`NAME=value\` a line; no other name in it is read, and a variable of the
environment wins over the file; an empty one wins too, and counts as not set. \`.env\` is in \`.gitignore\`. When it holds the key or its secret it
must be yours alone (\`chmod 600 .env\`), or every verb refuses to run. Key and secret are read by \`start\` and \`doctor\` of a config with
\`mode: live\` and by nothing else ([live trading](live-trading.md)); no file and no output ever holds them.

\`LOG_LEVEL\` takes ${logLevels.map((level) => `\`${level}\``).join(', ')}; each says what the ones before it say, and more. Errors are always shown; results are
on stdout and do not depend on it; \`debug\` adds what is fetched and how long it took. Colours end with \`NO_COLOR\`.
`;

/** The page docs/config.md as the schemas have it. */
export function configPage(): string {
  const tree = schemaTree(configSchema);
  const sections = Object.entries(tree.properties ?? {}).filter(([, node]) => node.properties !== undefined);
  const top = Object.entries(tree.properties ?? {}).filter(([, node]) => isField(node));
  return [
    HEAD,
    `## At the top\n\n${tableOf(Object.fromEntries(top))}`,
    ...sections.map(([name, node]) => `## ${name}\n\n${tableOf(node.properties)}`),
    `## markets.SYMBOL\n\nEvery symbol has a market. \`start\` asks Kraken for its rules and uses them where they differ.\n\n${tableOf(under(tree, 'markets'))}`,
    `## strategies.ID\n\nA strategy on a timeframe is an instance, such as \`turtle@1d\`.\n\n${tableOf(under(tree, 'strategies'))}`,
    ...strategies.map(
      ({ id, title, family, params }) =>
        `## strategies.${id}.params\n\n${title}, family ${family}.\n\n${tableOf(schemaTree(params).properties)}`,
    ),
    environment,
  ].join('\n');
}

function isField(node: SchemaField): boolean {
  return node.properties === undefined && typeof node.additionalProperties !== 'object';
}

/** What lies under any key of a map. */
function under(tree: SchemaField, name: string): SchemaField['properties'] {
  return fieldUnder(fieldUnder(tree, name), 'any key')?.properties;
}

function tableOf(fields: SchemaField['properties'] = {}): string {
  const rows = Object.entries(fields).map(
    ([name, node]) => `| \`${name}\` | ${valuesOf(node)} | ${defaultOf(node)} | ${node.description ?? ''} |`,
  );
  return `| field | value | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function defaultOf({ default: value }: SchemaField): string {
  if (value === undefined) return 'none: give one';
  return `\`${Array.isArray(value) ? `[${value.join(', ')}]` : typeof value === 'object' ? '{}' : value}\``;
}

function valuesOf(node: SchemaField): string {
  if (node.anyOf !== undefined) return node.anyOf.map(valuesOf).join(', or ');
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(' ');
  switch (node.type) {
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return `whole number ${boundsOf(node)}`;
    case 'number':
      return `number ${boundsOf(node)}`;
    case 'array':
      return `list (${node.minItems} ${node.maxItems === undefined ? 'or more' : `to ${node.maxItems}`}): ${valuesOf(node.items ?? {})}`;
    case 'object':
      return 'fields';
    default:
      return node.title ?? 'text';
  }
}

/** `1 to 20`, `above 0, at most 0.02`, `2 or more`. A bound that only says what a number can be is none. */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaField): string {
  const ceiling = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (minimum !== undefined && ceiling !== undefined) return `${minimum} to ${ceiling}`;
  const lower = minimum === undefined ? `above ${exclusiveMinimum}` : `${minimum} or more`;
  if (ceiling !== undefined) return `${lower}, at most ${ceiling}`;
  return exclusiveMaximum === undefined ? lower : `${lower}, below ${exclusiveMaximum}`;
}
