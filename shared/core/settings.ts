import { type Config, configSchema } from './config.ts';
import { fieldUnder, type SchemaField, schemaTree } from './schema-tree.ts';
import { findStrategy } from './strategies/registry.ts';

/** One value of the config in force. */
export interface Setting {
  /** Keys from the root: `['risk', 'maxOpen']`. */
  readonly path: readonly string[];
  /** A number, a text, yes or no, or a list of texts. */
  readonly value: unknown;
  /** What it says, with its unit. */
  readonly about: string;
}

/** Every value of a config, parameters that nobody set among them, in the order of the schema. */
export function settingsOf(config: Config): readonly Setting[] {
  const { strategies, ...rest } = config;
  const tree = schemaTree(configSchema);
  const chosen = Object.entries(strategies).flatMap(([id, { params, ...one }]) => {
    const strategy = findStrategy(id);
    const above = fieldUnder(fieldUnder(tree, 'strategies'), id);
    const own = leavesOf(one, above, ['strategies', id]);
    if (strategy === undefined) return own;
    const given = strategy.params.parse(params);
    return [...own, ...leavesOf(given, schemaTree(strategy.params), ['strategies', id, 'params'])];
  });
  return [...leavesOf(rest, tree, []), ...chosen];
}

function leavesOf(
  value: unknown,
  field: SchemaField | undefined,
  path: readonly string[],
): readonly Setting[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ path, value, about: field?.description ?? '' }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, fieldUnder(field, key), [...path, key]),
  );
}
