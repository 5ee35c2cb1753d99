import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseInstrument } from '../../../shared/adapters/kraken/instruments.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { krakenPairs } from '../../helpers/kraken-public.ts';
import { hasReference, referencePath } from '../../helpers/reference.ts';

const entry = krakenPairs.XXBTZUSD;

function refusal(changes: object): AppError {
  try {
    parseInstrument('XXBTZUSD', { ...entry, ...changes });
  } catch (error) {
    return error as AppError;
  }
  throw new Error('the entry was not refused');
}

describe('an entry of AssetPairs', () => {
  it('becomes an instrument: our symbol, fees of no volume as fractions', () => {
    expect(parseInstrument('XXBTZUSD', entry)).toEqual({
      symbol: 'BTC/USD',
      tickDecimals: 1,
      lotDecimals: 8,
      minQuantity: '0.001',
      minCost: '0.5',
      makerFee: '0.0025', // 0.25 %
      takerFee: '0.004', // 0.4 %
    });
  });

  it('has the taker fee for both when it names no maker fees, and a fee of zero', () => {
    const { fees_maker: _, ...without } = entry;
    expect(parseInstrument('X', without).makerFee).toBe('0.004');
    expect(parseInstrument('X', { ...entry, fees: [[0, 0]] }).takerFee).toBe('0');
  });

  it('takes the lowest tier wherever it stands', () => {
    expect(
      parseInstrument('X', {
        ...entry,
        fees: [
          // Of 1,434 pairs of January 2026 some give those who trade most something back.
          [500_000_000, -0.01],
          [50_000, 0.14],
          [0, 0.26],
        ],
      }).takerFee,
    ).toBe('0.0026');
  });

  it.each([
    [{ ordermin: undefined }, 'a decimal text → at ordermin'],
    [{ costmin: '1e-5' }, 'a decimal text → at costmin'],
    [{ lot_decimals: 'many' }, 'at lot_decimals'],
    [{ wsname: 'XBTUSD' }, 'a pair such as XBT/USD → at wsname'],
    [{ fees: [] }, 'at fees'],
    [{ tick_size: '0.5' }, "tick_size '0.5' is not 10^-1"],
  ])('with %o is refused by field', (changes, message) => {
    const error = refusal(changes);
    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe('source-unavailable');
    expect(error.message).toContain("the pair 'XXBTZUSD'");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});

const captured = 'kraken-fixtures/AssetPairs_BTC_ETH.json';
describe.skipIf(!hasReference(captured))('the captured entries of January 2026', () => {
  it('are read as the reference describes them', () => {
    const { result } = JSON.parse(readFileSync(referencePath(captured), 'utf8')) as {
      result: Record<string, unknown>;
    };
    const fees = { makerFee: '0.0025', takerFee: '0.004', minCost: '0.5', lotDecimals: 8 };
    expect(Object.entries(result).map(([pair, each]) => parseInstrument(pair, each))).toEqual([
      { symbol: 'BTC/USD', tickDecimals: 1, minQuantity: '0.00005', ...fees },
      { symbol: 'ETH/USD', tickDecimals: 2, minQuantity: '0.001', ...fees },
    ]);
  });
});
