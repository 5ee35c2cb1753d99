import { join } from 'node:path';
import { expect } from 'vitest';
import { spawnCli } from '../helpers/cli.ts';
import { referencePath } from '../helpers/reference.ts';

/** The config that enters on any vote: three times as many trades as the default. */
export const STRESS = join(import.meta.dirname, '../../examples/stress.yaml');

/** The config that risks much under tight limits: gates and breakers at work, and a halt. */
export const STRESS_RISK = join(import.meta.dirname, '../../examples/stress-risk.yaml');

/** The span of the proofs, as words of a command line. */
export const SPAN = ['--from', '2024-07-01', '--to', '2025-12-31'] as const;

const daily = [
  ['kraken_BTCUSD_1d_2013_2025', 'BTC/USD', '1d'],
  ['kraken_ETHUSD_1d_2015_2025', 'ETH/USD', '1d'],
] as const;

const files = [
  ['kraken_BTCUSD_4h_2024_2025', 'BTC/USD', '4h'],
  ['kraken_ETHUSD_4h_2024_2025', 'ETH/USD', '4h'],
  ...daily,
] as const;

const filesUntil2022 = [
  ['kraken_BTCUSD_4h_from1h', 'BTC/USD', '4h'],
  ['kraken_ETHUSD_4h_from1h', 'ETH/USD', '4h'],
  ...daily,
] as const;

/** Imports Kraken's candles of BTC and ETH in 2024 and 2025 into a data folder, as a person does. */
export const importKraken = (data: string) => importAll(data, files);

/** The same of the years until 2022, their 4h candles made of hourly ones. */
export const importKrakenUntil2022 = (data: string) => importAll(data, filesUntil2022);

async function importAll(
  data: string,
  series: readonly (readonly [string, string, string])[],
): Promise<void> {
  for (const [name, symbol, timeframe] of series) {
    const file = referencePath('data', `${name}.csv.gz`);
    const words = ['candles', 'import', file, '--symbol', symbol, '--timeframe', timeframe, '--data', data];
    const { code, stderr } = await spawnCli(words);
    expect([code, stderr]).toEqual([0, '']);
  }
}
