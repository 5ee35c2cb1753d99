import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isDecimalText } from '../../shared/core/decimal.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/json.md'), 'utf8');

/** The keys of a section of the page with their types. */
export function documented(title: string): ReadonlyMap<string, string> {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';
  return new Map(
    [...section.matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)].map(([, key = '', type = '']) => [key, type]),
  );
}

const isType: Readonly<Record<string, (value: unknown) => boolean>> = {
  decimal: (value) => typeof value === 'string' && isDecimalText(value),
  ms: (value) => Number.isInteger(value) && Number(value) > 1e12,
  count: (value) => Number.isInteger(value) && Number(value) >= 0,
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  'yes/no': (value) => typeof value === 'boolean',
  any: () => true,
  decision: (value) => typeof value === 'object',
};

/** Keys that are values themselves, by the key above them. */
const maps: Readonly<Record<string, string>> = {
  reasons: '<reason>',
  rejects: '<code>',
  forbidden: '<code>',
  notEvaluable: '<code>',
  notes: '<code>',
  symbols: '<symbol>',
};

/** Decisions have a section of their own, and the value of a setting is what it is. */
const LEAF = /(^record|decisions\[\]|settings\[\]\.(value|usual))$/;

/** Every leaf of a value under its path. */
export function leavesOf(value: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (LEAF.test(path) || typeof value !== 'object' || value === null) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((one) => leavesOf(one, `${path}[]`));
  const map = maps[path.split('.').at(-1) ?? ''];
  return Object.entries(value).flatMap(([key, one]) => {
    const name = map ?? key;
    return leavesOf(one, path === '' ? name : `${path}.${name}`);
  });
}

/** The page names every key that these outputs have, these outputs have every key of the page, and types agree. */
export function expectDocumented(
  title: string,
  outputs: readonly unknown[],
  more: ReadonlyMap<string, string> = new Map(),
): void {
  const keys = new Map([...documented(title), ...more]);
  const leaves = outputs.flatMap((output) => leavesOf(output));
  const paths = [...new Set(leaves.map(([path]) => path))];
  const isWhole = (path: string) =>
    !paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[`));
  expect(paths.filter(isWhole).sort()).toEqual([...keys.keys()].sort());
  for (const [path, value] of leaves) {
    const [type = '', orNull] = (keys.get(path) ?? 'any').split(' or ');
    const isRight = (value === null && (orNull === 'null' || !isWhole(path))) || isType[type]?.(value);
    expect([path, value, isRight]).toEqual([path, value, true]);
  }
}
