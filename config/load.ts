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
  return parseConfig(trees.reduce(overlay, {}), file ?? 'config/*.yaml');
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
    throw configError(file, 1, `✖ ${error instanceof Error ? error.message : String(error)}`);
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
