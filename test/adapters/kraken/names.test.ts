import { expect, it } from 'vitest';
import { altnameOf, currencyOf, symbolOf } from '../../../shared/adapters/kraken/names.ts';

it('currencies have our names, whatever prefix Kraken gave them', () => {
  expect(['XXBT', 'XBT', 'ZUSD', 'XETH', 'XXDG', 'ETH', 'USDT', 'XXRP'].map(currencyOf)).toEqual([
    'BTC',
    'BTC',
    'USD',
    'ETH',
    'DOGE',
    'ETH',
    'USDT',
    'XRP',
  ]);
});

it('a currency of four letters that begins with X or Z keeps its name', () => {
  expect(['ZETA', 'XION', 'ZUSDT'].map(currencyOf)).toEqual(['ZETA', 'XION', 'ZUSDT']);
});

it('what is staked, lent, earning or a token is at hand in no currency', () => {
  for (const asset of ['ETH2.S', 'USD.M', 'XBT.F', 'USDT.B', 'AAPLx.T', 'DOT28.S', 'ZEUR.HOLD'])
    expect(currencyOf(asset), asset).toBeUndefined();
});

it('pairs go there and back', () => {
  expect(symbolOf('XBT/USD')).toBe('BTC/USD');
  expect(symbolOf('XDG/XBT')).toBe('DOGE/BTC');
  expect(altnameOf('BTC/USD')).toBe('XBTUSD');
  expect(altnameOf('DOGE/BTC')).toBe('XDGXBT');
  expect(altnameOf('ETH/EUR')).toBe('ETHEUR');
});
