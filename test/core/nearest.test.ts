import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editsBetween, nearest } from '../../shared/core/nearest.ts';

describe('the edits between two words', () => {
  it.each([
    ['threshold', 'threshold', 0],
    ['treshold', 'threshold', 1], // one added
    ['thresholds', 'threshold', 1], // one dropped
    ['threshald', 'threshold', 1], // one replaced
    ['turtel', 'turtle', 1], // two neighbours swapped
    ['kitten', 'sitting', 3], // the textbook's: s, i, g
    ['ca', 'abc', 3], // no letter is edited twice: 2 by the unrestricted distance
    ['', 'abc', 3],
  ])('%j and %j are %i', (a, b, edits) => {
    expect(editsBetween(a, b)).toBe(edits);
  });

  it('are the same there and back, none for the same word, and at most the letters of the longer one', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const edits = editsBetween(a, b);
        expect(edits).toBe(editsBetween(b, a));
        expect(edits === 0).toBe(a === b);
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(edits).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe('the nearest name', () => {
  const names = ['riskPerTrade', 'maxOpen', 'fees', 'trend_ema', 'stop'];

  it.each([
    ['riskPerTrad', 'riskPerTrade'],
    ['risk_per_trade', 'riskPerTrade'],
    ['RISKPERTRADE', 'riskPerTrade'],
    ['maxopne', 'maxOpen'],
    ['fee', 'fees'],
    ['trend-ema', 'trend_ema'],
  ])('of %s is %s', (word, name) => {
    expect(nearest(word, names)).toEqual([name]);
  });

  it.each(['risk', 'lever', 'exit', 'shop it', '', '___'])(
    'of %j is none: nothing is near enough',
    (word) => {
      expect(nearest(word, names)).toEqual([]);
      expect(didYouMean(word, names)).toBe('');
    },
  );

  // Five of seventeen letters are less than a third, and too many all the same.
  it('of a long word differs in three letters at most', () => {
    expect(nearest('lossesLockHours', ['lossesLockMinutes'])).toEqual([]);
    expect(nearest('loseLockMinute', ['lossesLockMinutes'])).toEqual(['lossesLockMinutes']);
  });

  it('are both where two are equally near', () => {
    expect(nearest('ETC', ['BTC', 'ETH', 'SOL'])).toEqual(['BTC', 'ETH']);
    expect(didYouMean('ETC', ['BTC', 'ETH', 'SOL'])).toBe(" (did you mean 'BTC' or 'ETH'?)");
  });

  it('is the nearer of two, whatever their order', () => {
    for (const both of [
      ['minFamily', 'minFamilies'],
      ['minFamilies', 'minFamily'],
    ])
      expect(nearest('minFamilie', both)).toEqual(['minFamilies']);
  });

  it('is the name itself when it is there', () => {
    for (const name of names) expect(nearest(name, names)).toEqual([name]);
  });
});
