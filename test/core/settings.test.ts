import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { parseConfig } from '../../shared/core/config.ts';
import { settingsOf } from '../../shared/core/settings.ts';

const market = { tickDecimals: 1, lotDecimals: 8, minQuantity: '0.00005', minCost: '0.5' };
const settings = settingsOf(
  parseConfig(
    {
      symbols: ['BTC/USD'],
      markets: { 'BTC/USD': market },
      risk: { dailyLossMax: 'off' },
      strategies: { turtle: { params: { entry: 55 } } },
    },
    'the test',
  ),
);
const named = (name: string) => settings.find(({ path }) => path.join('.') === name);

describe('the settings of a config', () => {
  it('are its values with what they say', () => {
    expect(named('risk.riskPerTrade')).toEqual({
      path: ['risk', 'riskPerTrade'],
      value: 0.005,
      about: 'equity at risk between entry and stop, fraction',
    });
    expect(named('risk.dailyLossMax')?.value).toBe('off');
    expect(named('symbols')?.value).toEqual(['BTC/USD']);
    expect(named('markets.BTC/USD.minCost')).toMatchObject({
      value: '0.5',
      about: 'least cost of an order, USD (costmin)',
    });
  });

  it('hold the parameters that nobody set, too', () => {
    const params = settings.filter(({ path }) => path[2] === 'params');
    expect(params.map(({ path, value }) => [path[3], value])).toEqual([
      ['entry', 55],
      ['exit', 10],
      ['range', 20],
      ['stop', 2],
    ]);
    expect(params[0]?.about).toBe('candles of the entry channel');
  });

  it('of the project are all described', () => {
    const bare = settingsOf(loadConfig()).filter(({ about }) => about === '');
    expect(bare).toEqual([]);
  });
});
