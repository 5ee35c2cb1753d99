import { describe, expect, it } from 'vitest';
import { endToEnd } from '../end-to-end/run.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';

const candles = [
  'kraken_BTCUSD_4h_2024_2025',
  'kraken_ETHUSD_4h_2024_2025',
  'kraken_BTCUSD_1d_2013_2025',
  'kraken_ETHUSD_1d_2015_2025',
].map((name) => referencePath('data', `${name}.csv.gz`));

const MINUTE_MS = 60_000;

describe.skipIf(!hasReference('data'))('the live program on a simulated Kraken with heavy faults', () => {
  it('has the books of the exchange after two days and two kills, and leaks nothing', {
    timeout: 20 * MINUTE_MS,
  }, async () => {
    const start = Date.UTC(2024, 6, 1);
    const run = await endToEnd({ candles, ticks: 12, kills: 2, seed: 7, faults: 'heavy', start });
    expect(run.faults).toEqual([]);
    expect([run.ticks, run.kills]).toEqual([12, 2]);
    // It is no proof unless something was bought, and something went wrong.
    expect(run.lines.join('\n')).toMatch(
      /^fills {5}([1-9]\d*) at the exchange, \1 in the ledger, 0 that differ$/m,
    );
    expect(run.lines.join('\n')).toMatch(/^faults {4}request-lost [1-9]/m);
    expect(run.lines.join('\n')).toMatch(/^secrets {3}0 found in [1-9]\d* outputs and files$/m);
  });
});
