import { describe, expect, it, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { commandsOf } from '../helpers/doc-commands.ts';
import { parseOptions } from './options.ts';

const START = Date.UTC(2024, 6, 1);

describe('the command line of an end-to-end run', () => {
  it('asks for candles alone: five hundred ticks, ten kills and heavy faults are usual', () => {
    expect(parseOptions(['--candles', 'a.csv', 'b.csv'])).toEqual({
      candles: ['a.csv', 'b.csv'],
      ticks: 500,
      kills: 10,
      seed: 7,
      faults: 'heavy',
      start: START,
    });
  });

  it.each([
    ['--ticks', '0', 'It must be a whole number, at least 1.'],
    ['--ticks', 'many', 'It must be a whole number, at least 1.'],
    ['--kills', '-1', 'It must be a whole number, at least 0.'],
    ['--seed', '1.5', 'It must be a whole number, at least 0.'],
    ['--faults', 'some', 'Allowed choices are none, light, heavy.'],
    ['--start', '2024-13-01', 'Write it as 2024-07-01.'],
    ['--tikcs', '3', "unknown option '--tikcs'"],
  ])('refuses %s %s, and says what it takes', (name, value, said) => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => parseOptions(['--candles', 'a.csv', name, value])).toThrow();
    expect(told.mock.calls.join()).toContain(said);
    told.mockRestore();
  });

  it('without candles is refused', () => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => parseOptions(['--ticks', '3'])).toThrow();
    expect(told.mock.calls.join()).toContain("required option '--candles <file...>' not specified");
    told.mockRestore();
  });

  it('understands every command of its page', () => {
    const runs = commandsOf('docs/end-to-end.md').filter(({ text }) =>
      text.startsWith('npm run end-to-end -- '),
    );
    expect(runs.length).toBeGreaterThan(0);
    for (const { words } of runs) parseOptions(words.slice(4));
    expect(manifest.scripts['end-to-end']).toBe('node test/end-to-end/main.ts');
  });
});
