import { type Units, unitsOf } from '../../shared/core/decimal.ts';

/** Thirty-day volume in USD from which it holds, and the fee as a fraction of the cost. */
export interface FeeTier {
  readonly volume: Units;
  readonly rate: Units;
}

/** What Kraken's engine knows of a pair. */
export interface PairRules {
  /** As AssetPairs lists it: XXBTZUSD. */
  readonly name: string;
  /** As orders spell it: XBTUSD. */
  readonly altname: string;
  /** XBT/USD */
  readonly wsname: string;
  /** As balances name it: XXBT. */
  readonly base: string;
  readonly quote: string;
  readonly pairDecimals: number;
  readonly lotDecimals: number;
  readonly costDecimals: number;
  readonly orderMin: Units;
  readonly costMin: Units;
  readonly tick: Units;
  readonly takerFees: readonly FeeTier[];
  readonly makerFees: readonly FeeTier[];
}

/** Volume in USD, taker and maker percent, as AssetPairs told them on 12 January 2026. */
const schedule = [
  ['0', '0.4', '0.25'],
  ['10000', '0.35', '0.2'],
  ['50000', '0.24', '0.14'],
  ['100000', '0.22', '0.12'],
  ['250000', '0.2', '0.1'],
  ['500000', '0.18', '0.08'],
  ['1000000', '0.16', '0.06'],
  ['2500000', '0.14', '0.04'],
  ['5000000', '0.12', '0.02'],
  ['10000000', '0.1', '0'],
  ['100000000', '0.08', '0'],
  ['500000000', '0.05', '0'],
] as const;

const tierOf = (volume: string, percent: string): FeeTier => ({
  volume: unitsOf(volume),
  rate: unitsOf(percent) / 100n,
});

const usdPair = (
  names: Pick<PairRules, 'name' | 'altname' | 'wsname' | 'base'>,
  rules: Pick<PairRules, 'pairDecimals' | 'lotDecimals'> & { readonly orderMin: string },
): PairRules => ({
  ...names,
  ...rules,
  quote: 'ZUSD',
  costDecimals: 5,
  orderMin: unitsOf(rules.orderMin),
  costMin: unitsOf('0.5'),
  tick: 10n ** BigInt(18 - rules.pairDecimals),
  takerFees: schedule.map(([volume, taker]) => tierOf(volume, taker)),
  makerFees: schedule.map(([volume, , maker]) => tierOf(volume, maker)),
});

/** BTC/USD and ETH/USD as AssetPairs described them on 12 January 2026, and SOL/USD for a pair without prefixes. */
export const krakenPairs: readonly PairRules[] = [
  usdPair(
    { name: 'XXBTZUSD', altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT' },
    { pairDecimals: 1, lotDecimals: 8, orderMin: '0.00005' },
  ),
  usdPair(
    { name: 'XETHZUSD', altname: 'ETHUSD', wsname: 'ETH/USD', base: 'XETH' },
    { pairDecimals: 2, lotDecimals: 8, orderMin: '0.001' },
  ),
  usdPair(
    { name: 'SOLUSD', altname: 'SOLUSD', wsname: 'SOL/USD', base: 'SOL' },
    { pairDecimals: 2, lotDecimals: 8, orderMin: '0.02' },
  ),
];
