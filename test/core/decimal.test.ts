import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ceilTo,
  divide,
  dropToText,
  floorTo,
  isDecimalText,
  multiply,
  numberOf,
  textOf,
  unitsOf,
  unitsOfNumber,
} from '../../shared/core/decimal.ts';

const ONE = 10n ** 18n;
const units = fc.bigInt({ min: -(10n ** 32n), max: 10n ** 32n });
const positiveUnits = fc.bigInt({ min: 0n, max: 10n ** 32n });
const places = fc.integer({ min: 0, max: 18 });
const float = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Numbers as markets spell them: up to 15 digits, up to 10 of them decimals. */
const quoted = fc
  .tuple(fc.integer({ min: 0, max: 999_999_999_999_999 }), fc.integer({ min: 0, max: 10 }))
  .map(([digits, decimals]) => Number(`${digits}e-${decimals}`));

const magnitude = (value: bigint) => (value < 0n ? -value : value);

/** The decimal that JavaScript spells, in units, digits beyond 18 places dropped; by integers alone. */
function spelledUnits(value: number): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const shift = 18 + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const amount = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === '-' ? -amount : amount;
}

describe('units and their text', () => {
  it('are the same amount', () => {
    fc.assert(fc.property(units, (amount) => unitsOf(textOf(amount)) === amount));
  });

  it.each([
    ['0', 0n],
    ['1', ONE],
    ['0.000000000000000001', 1n],
    ['-0.00004', -4n * 10n ** 13n],
    ['61234.5', 612_345n * 10n ** 17n],
    ['123456789012345678901234567890', 123456789012345678901234567890n * ONE],
  ])('%s is spelled one way', (text, amount) => {
    expect(unitsOf(text)).toBe(amount);
    expect(textOf(amount)).toBe(text);
  });

  it('lose trailing zeros and the sign of nothing', () => {
    expect(textOf(unitsOf('1.500'))).toBe('1.5');
    expect(textOf(unitsOf('2.0'))).toBe('2');
    expect(textOf(unitsOf('-0'))).toBe('0');
  });

  it.each(['', '.5', '5.', '1e3', '+1', ' 1', '1,5', '0x10', 'NaN', '--1', '0.1234567890123456789'])(
    "refuse '%s'",
    (text) => {
      expect(isDecimalText(text)).toBe(false);
      expect(() => unitsOf(text)).toThrow(`Bug: decimal '${text}'`);
    },
  );
});

describe('the exact amount of a float64', () => {
  it('is the decimal that JavaScript spells, tiny and huge ones too', () => {
    fc.assert(fc.property(float, (value) => unitsOfNumber(value) === spelledUnits(value)));
  });

  it('is the decimal that JavaScript spells, of prices and quantities', () => {
    fc.assert(fc.property(quoted, (value) => unitsOfNumber(value) === spelledUnits(value)));
  });

  it('reads back as the same float64 when it has at most 18 places', () => {
    fc.assert(fc.property(quoted, (value) => numberOf(unitsOfNumber(value)) === value));
  });

  it.each([
    [0.1 + 0.2, 300_000_000_000_000_040n], // spelled 0.30000000000000004
    [1e-18, 1n],
    [1e-19, 0n],
    [1.5e-7, 150_000_000_000n],
    [-1.5e-7, -150_000_000_000n],
    [-0, 0n],
    [1e21, 10n ** 39n],
    [1.5e300, 15n * 10n ** 317n],
    [5e-324, 0n],
    [9_007_199_254_740_992, 9_007_199_254_740_992n * ONE],
  ])('of %d has no other digits', (value, amount) => {
    expect(unitsOfNumber(value)).toBe(amount);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('does not exist of %d', (value) => {
    expect(() => unitsOfNumber(value)).toThrow('Bug: amount');
  });
});

describe('products and quotients', () => {
  it('drop what is beyond 18 places, or take one unit more away from zero', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const exact = magnitude(a * b); // in units of 10^-36
        const down = multiply(a, b, 'down');
        const up = multiply(a, b, 'up');
        expect(magnitude(down) * ONE <= exact && exact < (magnitude(down) + 1n) * ONE).toBe(true);
        expect(magnitude(up) * ONE >= exact && exact > (magnitude(up) - 1n) * ONE).toBe(true);
        if (up !== 0n) expect(up > 0n).toBe(a > 0n === b > 0n);
      }),
    );
  });

  it('of a quotient drop what is beyond 18 places', () => {
    fc.assert(
      fc.property(
        units,
        units.filter((b) => b !== 0n),
        (a, b) => {
          const quotient = magnitude(divide(a, b));
          const exact = magnitude(a) * ONE;
          expect(quotient * magnitude(b) <= exact && exact < (quotient + 1n) * magnitude(b)).toBe(true);
        },
      ),
    );
  });

  it('are exact where floats are not', () => {
    expect(textOf(multiply(unitsOf('0.29'), unitsOf('100'), 'down'))).toBe('29'); // as floats 28.999999999999996
    expect(textOf(divide(unitsOf('1'), unitsOf('3')))).toBe('0.333333333333333333');
    expect(textOf(divide(unitsOf('-1'), unitsOf('3')))).toBe('-0.333333333333333333');
    expect(textOf(multiply(-1n, 1n, 'up'))).toBe('-0.000000000000000001');
    expect(multiply(-1n, 1n, 'down')).toBe(0n);
  });

  it('do not divide by zero', () => {
    expect(() => divide(1n, 0n)).toThrow('Bug: division by zero');
  });
});

describe('rounding to places', () => {
  it('gives the nearest multiple below and above', () => {
    fc.assert(
      fc.property(positiveUnits, places, (amount, decimals) => {
        const step = 10n ** BigInt(18 - decimals);
        const floor = floorTo(amount, decimals);
        const ceiling = ceilTo(amount, decimals);
        expect([floor % step, ceiling % step]).toEqual([0n, 0n]);
        expect(floor <= amount && amount < floor + step).toBe(true);
        expect(ceiling >= amount && amount > ceiling - step).toBe(true);
      }),
    );
  });

  it.each([
    ['61234.56', 1, '61234.5', '61234.6'],
    ['61234.5', 1, '61234.5', '61234.5'],
    ['0.000000000000000001', 0, '0', '1'],
    ['0', 8, '0', '0'],
  ])('puts %s on %d places', (amount, decimals, below, above) => {
    expect(textOf(floorTo(unitsOf(amount), decimals))).toBe(below);
    expect(textOf(ceilTo(unitsOf(amount), decimals))).toBe(above);
  });

  it.each([
    [-1n, 0],
    [1n, -1],
    [1n, 19],
    [1n, 1.5],
  ])('refuses %d units at %d places', (amount, decimals) => {
    expect(() => floorTo(amount, decimals)).toThrow('Bug: ');
    expect(() => ceilTo(amount, decimals)).toThrow('Bug: ');
  });
});

describe('dropping to text', () => {
  it.each([
    [0, 2, '0.00'],
    [0.29, 2, '0.29'],
    [1.999, 2, '1.99'],
    [1.005, 2, '1.00'],
    [61_234.56, 1, '61234.5'],
    [7, 0, '7'],
    [7.9, 0, '7'],
    [1e-7, 8, '0.00000010'],
    [1.234e-7, 8, '0.00000012'],
    [1e-9, 8, '0.00000000'],
    [1.5e21, 1, '1500000000000000000000.0'],
    [0.1 + 0.2, 17, '0.30000000000000004'],
    [0.1 + 0.2, 18, '0.300000000000000040'],
  ])('spells %d with %d places as %s', (value, decimals, text) => {
    expect(dropToText(value, decimals)).toBe(text);
  });

  it('never spells more than it was given, nor a whole step less', () => {
    fc.assert(
      fc.property(fc.oneof(float.map(Math.abs), quoted), places, (value, decimals) => {
        const spelled = unitsOf(dropToText(value, decimals));
        const step = 10n ** BigInt(18 - decimals);
        expect(spelled <= unitsOfNumber(value) && unitsOfNumber(value) < spelled + step).toBe(true);
      }),
    );
  });

  it('keeps what it can spell', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.integer({ min: 1, max: 15 }),
        (n, p) => {
          const digits = String(n).padStart(p + 1, '0');
          const text = `${digits.slice(0, -p)}.${digits.slice(-p)}`;
          expect(dropToText(Number(text), p)).toBe(text);
        },
      ),
    );
  });

  it.each([
    [-1, 2],
    [Number.NaN, 2],
    [Number.POSITIVE_INFINITY, 2],
    [1, -1],
    [1, 19],
    [1, 0.5],
  ])('refuses %d with %d places', (value, decimals) => {
    expect(() => dropToText(value, decimals)).toThrow('Bug: dropToText');
  });
});
