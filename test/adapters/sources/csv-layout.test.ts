import { describe, expect, it } from 'vitest';
import { parseCandleCsv } from '../../../shared/adapters/sources/csv.ts';
import { AppError } from '../../../shared/core/errors.ts';
import type { CandleFile, CandleFileContent } from '../../../shared/ports/candle-file.ts';
import { barsOf } from '../../helpers/bars.ts';
import { csvOf } from '../../helpers/made-up-files.ts';

const text = csvOf(barsOf('4h', '0:100 1:101'));
const bytes = new TextEncoder().encode(text);
const parse = (about: Partial<CandleFile>): CandleFileContent =>
  parseCandleCsv({ name: 'x.csv', bytes, ...about });

function refusal(about: Partial<CandleFile>): AppError {
  try {
    parse(about);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('the file was not refused');
}

describe('our csv', () => {
  it.each([
    ['kraken_BTCUSD_4h_2024_2025.csv.gz', 'BTC/USD 4h'],
    ['kraken_BTCUSD_4h_from1h.csv', 'BTC/USD 4h'],
    ['folder/ethusd_4h.csv', 'ETH/USD 4h'],
    ['XBT-USD.4h.csv', 'BTC/USD 4h'],
    ['BTCUSD_4h_BTCUSD.csv', 'BTC/USD 4h'],
  ])('tells symbol and timeframe by its name %s', (name, told) => {
    const { symbol, timeframe } = parse({ name });
    expect(`${symbol} ${timeframe}`).toBe(told);
  });

  it.each([
    ['binance_BTCUSDT_4h.csv', 'symbol'],
    ['BTCUSD_ETHUSD_4h.csv', 'symbol'],
    ['BTCUSD_4h_1d.csv', 'timeframe'],
    ['BTCUSD_4H.csv', 'timeframe'],
    ['BTCUSD4h.csv', 'symbol and timeframe'],
    ['BTCUSD_4h/x.csv', 'symbol and timeframe'],
  ])('is not guessed at by the name %s', (name, what) => {
    const { message } = refusal({ name });
    expect(message).toBe(`The name '${name}' does not tell ${what}.`);
  });

  it('is refused under another symbol than its name tells; of timeframes the one that is said counts', () => {
    const name = 'BTCUSD_1d.csv';
    expect(refusal({ name, symbol: 'ETH/USD' }).message).toBe(`'${name}' is called BTC/USD, not 'ETH/USD'.`);
    expect(parse({ name, timeframe: '4h' }).timeframe).toBe('4h');
    expect(refusal({ name }).message).toContain('is not on the grid of 1d');
  });
});
