import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasReference, referencePath } from '../helpers/reference.ts';
import { computations } from '../helpers/vector-computations.ts';
import { differences, inputOf, type Vector, vectorsIn } from '../helpers/vectors.ts';
import { answered } from '../helpers/zero-by-zero.ts';

const none = new Float64Array();

/** `vwap_anchored_137.main` is of `vwap_anchored`; an id that says nothing leaves it to the first word of `indicator`. */
function wordOf({ id, indicator }: Vector): string | undefined {
  const words = [/^[a-z]+(?:_[a-z]+)*/.exec(id)?.[0], /^\w+/.exec(indicator)?.[0].toLowerCase()];
  return words.find((word) => word !== undefined && Object.hasOwn(computations, word));
}

/** One test for every file of an indicator that exists; a folder that tests nothing fails. */
function testFolder(title: string, folder: string, isWanted: (vector: Vector) => boolean = () => true): void {
  describe(title, () => {
    const covered = vectorsIn(folder).filter((vector) => isWanted(vector) && wordOf(vector) !== undefined);

    it('has vectors of indicators that exist', () => {
      expect(covered).not.toEqual([]);
    });

    for (const vector of covered) {
      it(vector.id, () => {
        const word = wordOf(vector) ?? '';
        const columns = inputOf(folder, vector);
        const [openMs = none] = inputOf(folder, { input: { ...vector.input, columns: ['timestamp'] } });
        const lines = computations[word]?.(columns, vector.params, openMs) ?? {};
        expect(differences(answered(word, vector, columns), lines)).toEqual([]);
      });
    }
  });
}

const ours = join(import.meta.dirname, '../vectors');
testFolder('the synthetic vectors', ours);

it('every indicator that exists has synthetic vectors', () => {
  const words = new Set(vectorsIn(ours).map(wordOf));
  expect([...words].sort()).toEqual(Object.keys(computations).sort());
});

// Market data is not ours to copy: its vectors are read where they lie.
if (hasReference('vectors/public')) {
  const reference = referencePath('vectors/public');
  testFolder('the real vectors', reference, ({ input }) => input.series === 'real');

  it('no file of the reference is of an indicator that does not exist', () => {
    const strange = vectorsIn(reference).filter((vector) => wordOf(vector) === undefined);
    expect(strange.map(({ id }) => id)).toEqual([]);
  });
} else {
  describe.skip('the real vectors', () => {
    it('needs the reference folder', () => undefined);
  });
}

const more = process.env['VECTORS_DIR'];
if (more) testFolder('the vectors of VECTORS_DIR', resolve(more));

describe('comparing with a vector', () => {
  const vector: Vector = {
    id: 'made_by_hand',
    indicator: 'none',
    input: { series: 'none', columns: [] },
    params: {},
    expected: { line: [null, 100, 200] },
    tolerance: { rel: 0.01, abs: 0.5 },
  };
  const compare = (line: readonly number[], change: Partial<Vector> = {}) =>
    differences({ ...vector, ...change }, { line: Float64Array.from(line) });

  // At 100 the tolerance is 0.5 + 0.01 × 100 = 1.5.
  it('takes what is within the tolerance and nothing else', () => {
    expect(compare([Number.NaN, 101.5, 200])).toEqual([]);
    expect(compare([Number.NaN, 101.6, 200])).toEqual(['line[1]: 101.6, not 100']);
  });

  it('wants a value missing exactly where the vector has none', () => {
    expect(compare([0, 100, Number.NaN])).toEqual(['line[0]: 0, not null', 'line[2]: NaN, not 200']);
    expect(compare([Number.NaN, 100, Number.POSITIVE_INFINITY])).toHaveLength(1);
    expect(compare([Number.NaN, 100])).toEqual(['line: 2 values, not 3']);
    expect(differences(vector, {})).toEqual(['line: undefined values, not 3']);
  });

  it('passes over the indexes to ignore', () => {
    expect(compare([Number.NaN, 0, 0], { ignore: [1, 2] })).toEqual([]);
  });

  it('reads what we give for 0/0 from the words of the file', () => {
    const nothing = { degenerate: '0/0: TA-Lib gives 0; recommended null (no signal)' };
    expect(compare([Number.NaN, Number.NaN, Number.NaN], nothing)).toEqual([]);
    const middle = { degenerate: '0/0: TA-Lib gives 0; recommended project value 50' };
    expect(compare([Number.NaN, 50, 50], middle)).toEqual([]);
    expect(compare([Number.NaN, 100, 50], middle)).toEqual(['line[1]: 100, not 50']);
  });
});
