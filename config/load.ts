import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Config, parseConfig } from '../shared/core/config.ts';
import { configError, problem } from '../shared/core/config-problems.ts';
import { AppError } from '../shared/core/errors.ts';
import { strategyProblems } from '../shared/core/strategies/instances.ts';

export type Tree = Readonly<Record<string, unknown>>;

/** The files beside this one: later ones win, and the file that a person names wins over all. */
const OWN_FILES = ['markets.yaml', 'strategies.yaml', 'paper.yaml'];

/** Fields, and what to call the place where they were written. */
interface Layer {
  readonly name: string;
  readonly tree: Tree;
}

/** A config, and where each of its values was written. */
export interface TracedConfig {
  readonly config: Config;
  /** `config/paper.yaml`, the file that was named, or `default` for what nobody wrote: the schema says it. */
  readonly originOf: (path: readonly string[]) => string;
}

/**
 * The config in force: the files beside this one, and over them the file that a person names.
 * @throws AppError `config-invalid` naming the file, the field and the remedy
 */
export function loadConfig(file?: string): Config {
  return traceConfig(file).config;
}

/** The same, with the origin of each value. @throws AppError `config-invalid` */
export function traceConfig(file?: string): TracedConfig {
  return traceOver(file === undefined ? [] : [{ name: file, tree: readTree(file) }]);
}

/** The files beside this one with fields over them that were read elsewhere. @throws AppError `config-invalid` */
export function configOver(layer: Layer): Config {
  return traceOver([layer]).config;
}

function traceOver(over: readonly Layer[]): TracedConfig {
  const own = OWN_FILES.map((name) => ({
    name: `config/${name}`,
    tree: readTree(join(import.meta.dirname, name)),
  }));
  const layers = [...own, ...over];
  const source = over.at(-1)?.name ?? 'config/*.yaml';
  const config = parseConfig(layers.map(({ tree }) => tree).reduce(overlay, {}), source);
  const problems = strategyProblems(config);
  if (problems.length > 0) throw configError(source, problems);
  if (!Object.values(config.strategies).some(({ enabled }) => enabled)) {
    throw configError(source, [problem('no strategy is enabled: nothing would ever decide', ['strategies'])]);
  }
  return {
    config,
    originOf: (path) => layers.findLast(({ tree }) => isWritten(tree, path))?.name ?? 'default',
  };
}

function isWritten(tree: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  return isTree(tree) && Object.hasOwn(tree, key) && isWritten(tree[key], rest);
}

/** The fields that a YAML file holds. @throws AppError `config-invalid` */
export function readTree(file: string): Tree {
  const tree: unknown = parseYaml(file, readText(file));
  if (isTree(tree)) return tree;
  throw configError(file, ['✖ expected fields such as `capital: 10000`']);
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    // What follows the first line is the place again, drawn.
    const [what = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw configError(file, [`✖ ${what.replace(/:$/, '')}`]);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError(
      'config-invalid',
      `Config file '${file}' cannot be read: ${reasonOf(error)}.`,
      'Name a YAML file that exists and that you may read.',
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const reasons: Readonly<Record<string, string>> = { ENOENT: 'there is none', EISDIR: 'it is a folder' };
  return reasons[code] ?? code;
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
