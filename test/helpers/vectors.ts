import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Line = readonly (number | null)[];

/** One file of the vector format: what an indicator gives for a series. `null` is a missing value. */
export interface Vector {
  readonly id: string;
  readonly indicator: string;
  readonly input: { readonly series: string; readonly columns: readonly string[] };
  readonly params: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, Line>>;
  readonly tolerance: { readonly rel: number; readonly abs: number };
  /** Indexes not to compare. */
  readonly ignore?: readonly number[];
  /** Set where the numbers hold another library's answer to 0/0; after its semicolon it says what ours is. */
  readonly degenerate?: string;
}

interface Series {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

const read = (folder: string, file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

/** The vectors of a folder in alphabetical order of file name; files that are something else are left out. */
export function vectorsIn(folder: string): readonly Vector[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => read(folder, file))
    .filter((content) => content.expected && content.input?.columns);
}

/** The columns that the vector names, in its order, from the series file beside it. */
export function inputOf(folder: string, { input }: Pick<Vector, 'input'>): readonly Float64Array[] {
  const series: Series = read(folder, `series.${input.series}.json`);
  return input.columns.map((column) => {
    const at = series.columns.indexOf(column);
    if (at < 0) throw new Error(`series '${input.series}' has no column '${column}'`);
    return Float64Array.from(series.rows, (row) => row[at] ?? Number.NaN);
  });
}

/** Every place where the lines differ from the vector by more than its tolerance, in words. */
export function differences(vector: Vector, got: Readonly<Record<string, Float64Array>>): readonly string[] {
  return Object.entries(vector.expected).flatMap(([name, values]) => {
    const line = got[name];
    if (line?.length !== values.length) return [`${name}: ${line?.length} values, not ${values.length}`];
    return values.flatMap((value, i) => {
      const wanted = value === null ? null : settled(vector, value);
      const found = line[i] ?? Number.NaN;
      if (vector.ignore?.includes(i) || isNear(vector, wanted, found)) return [];
      return [`${name}[${i}]: ${found}, not ${wanted}`];
    });
  });
}

function isNear({ tolerance: { rel, abs } }: Vector, wanted: number | null, found: number): boolean {
  if (wanted === null) return Number.isNaN(found);
  return Math.abs(found - wanted) <= abs + rel * Math.abs(wanted);
}

function settled({ id, degenerate }: Vector, value: number): number | null {
  if (degenerate === undefined) return value;
  const [, ours] = /;.*?\b(null|\d+)\b/.exec(degenerate) ?? [];
  if (ours === undefined) throw new Error(`${id}: no value in degenerate '${degenerate}'`);
  return ours === 'null' ? null : Number(ours);
}
