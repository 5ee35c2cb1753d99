/** Kraken's older names of currencies. Prefixes are listed, not cut: `ZETA` is no currency with a Z before it. */
const ourNames: Readonly<Record<string, string>> = {
  XBT: 'BTC',
  XDG: 'DOGE',
  XXBT: 'BTC',
  XXDG: 'DOGE',
  XETC: 'ETC',
  XETH: 'ETH',
  XLTC: 'LTC',
  XMLN: 'MLN',
  XREP: 'REP',
  XXLM: 'XLM',
  XXMR: 'XMR',
  XXRP: 'XRP',
  XZEC: 'ZEC',
  ZAUD: 'AUD',
  ZCAD: 'CAD',
  ZEUR: 'EUR',
  ZGBP: 'GBP',
  ZJPY: 'JPY',
  ZUSD: 'USD',
};

const krakenNames: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' };

/**
 * A currency in our spelling; undefined for what is not at hand in it: with a suffix after a point it is staked, lent,
 * earning, on hold, or a token of something else.
 * @see https://docs.kraken.com/api-reference/account-data/get-account-balance "Symbol Extensions"
 */
export function currencyOf(asset: string): string | undefined {
  return asset.includes('.') ? undefined : (ourNames[asset] ?? asset);
}

/** `XBT/USD`, as Kraken's feed spells a pair, in our spelling: `BTC/USD`. */
export function symbolOf(wsname: string): string {
  return wsname
    .split('/')
    .map((currency) => ourNames[currency] ?? currency)
    .join('/');
}

/** `BTC/USD` as Kraken may be asked for it: `XBTUSD`. */
export function altnameOf(symbol: string): string {
  return symbol
    .split('/')
    .map((currency) => krakenNames[currency] ?? currency)
    .join('');
}
