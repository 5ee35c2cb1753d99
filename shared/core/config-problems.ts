import * as z from 'zod';
import { AppError } from './errors.ts';
import { didYouMean, meant, nearest } from './nearest.ts';
import { fieldUnder, type SchemaField, schemaTree } from './schema-tree.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** What was read, by which schema, and where in the config it stands. */
interface Reading {
  readonly input: unknown;
  readonly schema: z.ZodType;
  readonly at?: Path;
}

/** What is wrong with each field, with the value that was given and the name that may have been meant. */
export function problemsOf({ issues }: z.ZodError, reading: Reading): readonly string[] {
  const tree = schemaTree(reading.schema);
  return issues.flatMap((issue) =>
    messagesOf(issue, tree, reading.input).map((message) =>
      problem(message, [...(reading.at ?? []), ...issue.path]),
    ),
  );
}

/** One problem as it is shown: what, and where. */
export function problem(message: string, path: Path): string {
  return z.prettifyError({ issues: [{ message, path: [...path] }] });
}

const REMEDY =
  'Correct the fields above; docs/config.md lists every field with its unit, config/*.yaml show them.';

/** @param source where the config came from */
export function configError(source: string, problems: readonly string[], remedy = REMEDY): AppError {
  return new AppError(
    'config-invalid',
    `${source} has ${problems.length} problem(s):\n${problems.join('\n')}`,
    remedy,
  );
}

/** The symbol that was probably meant, as `didYouMean` says it: what stands before the slash tells them apart. */
export function didYouMeanSymbol(text: string, symbols: readonly string[]): string {
  const bases = nearest(baseOf(text), symbols.map(baseOf));
  return meant(symbols.filter((symbol) => symbol !== text && bases.includes(baseOf(symbol))));
}

/** `BTC` of BTC/USD, btc-usd, BTC/EUR, BTCUSD. */
function baseOf(text: string): string {
  return text.toUpperCase().replace(/([/-].*|U[SD]{2})$/, '');
}

function messagesOf(issue: Issue, tree: SchemaField, input: unknown): readonly string[] {
  const given = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  if (issue.code === 'unrecognized_keys') {
    const field = issue.path.reduce<SchemaField | undefined>((at, key) => fieldUnder(at, String(key)), tree);
    return issue.keys.map((key) => `Unrecognized key: "${key}"${keyMeant(key, field, tree)}`);
  }
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1));
    return issue.issues.map(({ message }) => `${message} (given: '${key}')${symbolMeant(key, input)}`);
  }
  if (issue.code === 'invalid_type' && given === undefined) return [`missing: expected ${issue.expected}`];
  const isScalar = given !== undefined && given !== null && typeof given !== 'object';
  if (!isScalar) return [issue.message];
  const meantSymbol = issue.path[0] === 'symbols' ? symbolMeant(String(given), input) : '';
  return [`${issue.message} (given: '${given}')${meantSymbol}`];
}

const LISTED_MAX = 8;

/** A field of the same place, or of another one (`riskPerTrade` belongs under `risk`), or else all there are here. */
function keyMeant(key: string, field: SchemaField | undefined, tree: SchemaField): string {
  const names = Object.keys(field?.properties ?? {});
  const here = didYouMean(key, names);
  if (here !== '') return here;
  const sections = Object.entries(tree.properties ?? {});
  const others = nearest(
    key,
    sections.flatMap(([, { properties = {} }]) => Object.keys(properties)),
  );
  const places = sections.flatMap(([section, { properties = {} }]) =>
    others.filter((name) => Object.hasOwn(properties, name)).map((name) => `${section}.${name}`),
  );
  if (places.length > 0) return meant([...new Set(places)]);
  return names.length > LISTED_MAX ? '' : ` (there are ${names.join(', ')})`;
}

function symbolMeant(given: string, input: unknown): string {
  const { markets } = input as { readonly markets?: object };
  return didYouMeanSymbol(given, Object.keys(markets ?? {}));
}
