import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { percent, table, usd } from '../../cli/screen.ts';

function printed(work: () => void): readonly string[] {
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  work();
  spy.mockRestore();
  return text.split('\n').slice(0, -1);
}

describe('a table', () => {
  it('sets words to the left, figures to the right, and their points below each other', () => {
    const rows = [
      ['BTC/USD', '51342', '-35.61', '1,000', 'SIGNAL'],
      ['ETH/USD', '3863.33', '–', '20', 'STOP'],
    ];
    expect(printed(() => table(['symbol', 'price USD', 'net USD', 'n', 'reason'], rows))).toEqual([
      'symbol   price USD  net USD      n  reason',
      'BTC/USD   51342      -35.61  1,000  SIGNAL',
      'ETH/USD    3863.33        –     20  STOP',
    ]);
  });

  it('keeps a column of words and figures to the left', () => {
    const rows = [['1'], ['nothing']];
    expect(printed(() => table(['engine'], rows))).toEqual(['engine', '1', 'nothing']);
  });
});

it('amounts have two decimals and thousands apart, fractions are percent with their sign', () => {
  expect(['1234567.891', '-1234.5', '-999', '0'].map(usd)).toEqual([
    '1,234,567.89',
    '-1,234.50',
    '-999.00',
    '0.00',
  ]);
  expect([0.054, -0.1782, 0].map(percent)).toEqual(['+5.40 %', '-17.82 %', '0.00 %']);
});

it.skipIf(!existsSync('/dev/full'))('output that cannot be written is a failure of one line', () => {
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [main, 'candles', 'list', '--data', '/nowhere'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    1,
    'unexpected: the output cannot be written (ENOSPC).\n  → Check where it goes to.\n',
  ]);
});
