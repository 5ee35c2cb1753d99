import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, harmless } from '../../cli/csv.ts';
import { csvText } from '../../cli/print-rows.ts';
import { parseCsv } from '../helpers/csv.ts';

describe('a line of CSV', () => {
  it('quotes what has a comma, a quote or the end of a line, and nothing else', () => {
    expect(csvLine(['a b', 'a,b', 'say "no"', 'two\nlines', ''])).toBe(
      'a b,"a,b","say ""no""","two\nlines",',
    );
  });

  it('is read back as it was', () => {
    const cells = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 4 }), (rows) => {
        expect(parseCsv(rows.map((row) => `${csvLine(row)}\r\n`).join(''))).toEqual(rows);
      }),
    );
  });
});

describe('a cell of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('has %j for text, not for a formula', (text) => {
    expect(harmless(text)).toBe(`'${text}`);
    expect(csvText({ kind: 'text' }, text)).toBe(`'${text}`);
    expect(csvText({ kind: 'text' }, [text, 'b'])).toBe(`'${text} b`);
  });

  it('leaves other text, and amounts below 0, as they are', () => {
    expect(harmless('BTC/USD')).toBe('BTC/USD');
    expect(csvText({ kind: 'money' }, '-5.78')).toBe('-5.78');
    expect(csvText({ kind: 'fraction' }, -0.25)).toBe('-0.25');
  });

  it('has nothing for null, and instants in UTC with milliseconds', () => {
    expect(csvText({ kind: 'ms' }, null)).toBe('');
    expect(csvText({ kind: 'ms' }, 1_735_732_800_001)).toBe('2025-01-01T12:00:00.001Z');
  });
});
