import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonHash, sha256 } from '../../shared/core/hash.ts';

describe('SHA-256', () => {
  // FIPS 180-2, appendix B.1
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('is that of its parts one after the other, texts and bytes alike', () => {
    expect(sha256('abc')).toBe(abc);
    expect(sha256('a', '', 'bc')).toBe(abc);
    expect(sha256('a', Uint8Array.from([98, 99]))).toBe(abc);
  });
});

describe('the hash of a JSON value', () => {
  it('is that of its text with the keys in order', () => {
    expect(jsonHash({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      sha256('{"a":true,"b":[1,{"c":"x","d":null}]}'),
    );
  });

  it('depends on the order of lists, not on that of keys', () => {
    expect(jsonHash([1, 2])).not.toBe(jsonHash([2, 1]));
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, reversed(one)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonHash(reversed(value))).toBe(jsonHash(value));
      }),
    );
  });
});
