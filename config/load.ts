import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Config, configError, parseConfig } from '../shared/core/config.ts';
import { AppError } from '../shared/core/errors.ts';

type Tree = Readonly<Record<string, unknown>>;

/**
 * The config in force: the files beside this one, and over them the file that a person names.
 * @throws AppError `config-invalid` naming the file, the field and the remedy
 */
export function loadConfig(file?: string): Config {
  const own = ['markets.yaml', 'strategies.yaml', 'paper.yaml'].map((name) =>
    join(import.meta.dirname, name),
  );
  const trees = [...own, ...(file === undefined ? [] : [file])].map(readTree);
  const source = file ?? 'config/*.yaml';
  const tree = trees.reduce(overlay, {});
  checkMarkets(tree, source);
  const config = parseConfig(tree, source);
  if (Object.values(config.strategies).some(({ enabled }) => enabled)) return config;
  throw configError(source, 1, '✖ no strategy is enabled: nothing would ever decide\n  → at strategies');
}

/** @throws AppError `config-invalid` on a symbol whose market nobody described, with a description to fill in */
function checkMarkets({ symbols, markets }: Tree, source: string): void {
  if (!Array.isArray(symbols) || !isTree(markets)) return;
  const unknown = symbols.filter((symbol) => typeof symbol === 'string' && !(symbol in markets));
  const [first] = unknown;
  // A symbol that is none at all is told by the schema.
  if (first === undefined || !unknown.every((symbol) => /^[A-Z0-9]{2,10}\/USD$/.test(symbol))) return;
  throw new AppError(
    'config-invalid',
    `${source} has ${unknown.length} problem(s):\n✖ '${unknown.join("', '")}' not under markets ` +
      `(there are ${Object.keys(markets).join(', ')})\n  → at symbols`,
    `Add it with Kraken's rules (AssetPairs), for example ` +
      `markets: { ${first}: { tickDecimals: 2, lotDecimals: 8, minQuantity: "0.02", minCost: "0.5" } }`,
  );
}

function readTree(file: string): Tree {
  const tree: unknown = parseYaml(file, readText(file));
  if (isTree(tree)) return tree;
  throw configError(file, 1, '✖ expected fields such as `capital: 10000`');
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    // What follows the first line is the place again, drawn.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw configError(file, 1, `✖ ${what.replace(/:$/, '')}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError(
      'config-invalid',
      `Config file '${file}' cannot be read.`,
      'Name a YAML file that exists.',
      {
        cause: error,
      },
    );
  }
}

/** Fields of `over` win; sub-trees are laid over each other, lists are replaced. */
function overlay(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isTree(before) && isTree(value) ? overlay(before, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
