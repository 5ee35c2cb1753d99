import * as z from 'zod';
import { configError, didYouMeanSymbol, problem, problemsOf } from './config-problems.ts';
import { isDecimalText } from './decimal.ts';
import type { Instrument } from './market/instruments.ts';
import { timeframes } from './market/timeframes.ts';
import { isSafeUrl, SAFE_URL_RULE } from './safe-url.ts';

const fraction = (max: number) => z.number().gt(0).max(max);
const basisPoints = (max: number) => z.number().min(0).max(max);
const symbol = z
  .string()
  .regex(/^[A-Z0-9]{2,10}\/USD$/, 'expected a pair quoted in USD, such as BTC/USD')
  .meta({ title: 'pair quoted in USD, such as `BTC/USD`' });
const amount = z
  .string()
  .refine(
    (text) => isDecimalText(text) && !text.startsWith('-'),
    'expected a decimal in quotes, such as "0.0001"',
  )
  .meta({ title: 'decimal in quotes, such as `"0.0001"`' });
const timeframe = z.enum(timeframes);

/** How one market is traded: Kraken's rules for it, and what a modelled fill there costs. */
const market = z.strictObject({
  tickDecimals: z.int().min(0).max(10).describe('decimals of a price (pair_decimals)'),
  lotDecimals: z.int().min(0).max(8).describe('decimals of a quantity (lot_decimals)'),
  minQuantity: amount.describe('least quantity of an order, base currency (ordermin)'),
  minCost: amount.describe('least cost of an order, USD (costmin)'),
  halfSpreadBps: basisPoints(100).default(10).describe('modelled half-spread, basis points'),
});

const fees = z.strictObject({
  maker: z.number().min(0).max(0.01).default(0.0025).describe('fee of a resting order, fraction of its cost'),
  taker: z.number().min(0).max(0.01).default(0.004).describe('fee of a taking order, fraction of its cost'),
});

const costs = z.strictObject({
  slippageBps: basisPoints(100).default(2).describe('modelled slippage of market fills, basis points'),
  stopSlipBps: basisPoints(1000).default(10).describe('least slippage of a triggered stop, basis points'),
  stopSlipFall: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('slippage of a triggered stop, fraction of the fall below it'),
  volumeShare: fraction(1).default(0.05).describe('most of a candle’s volume that one order takes, fraction'),
});

const ensemble = z.strictObject({
  threshold: z.number().positive().max(20).default(1.2).describe('least score of an entry, sum of weights'),
  minSupporters: z.int().min(1).max(17).default(2).describe('least number of agreeing strategies'),
  minFamilies: z.int().min(1).max(6).default(2).describe('least number of their families'),
});

/** A limit that only paper and backtests may do without. */
const limit = (max: number, about: string) =>
  z
    .union([fraction(max), z.literal('off')], {
      error: `expected a fraction above 0, at most ${max}, or off`,
    })
    .describe(about);

const risk = z.strictObject({
  riskPerTrade: fraction(0.02).default(0.005).describe('equity at risk between entry and stop, fraction'),
  maxSymbolFraction: fraction(0.5).default(0.5).describe('most of the equity in one symbol, fraction'),
  maxOpen: z.int().min(1).max(20).default(2).describe('most open positions'),
  dailyLossMax: limit(0.1, 'loss since 00:00 UTC at which nothing is entered, fraction, or off').default(
    0.02,
  ),
  drawdownMax: limit(
    0.3,
    'fall from the equity peak at which nothing is entered until a reset, fraction, or off',
  ).default(0.1),
  cooldownMinutes: z
    .int()
    .min(0)
    .max(10_080)
    .default(240)
    .describe('after a losing position was closed, minutes; 0 is off'),
  minAtrFraction: z
    .number()
    .min(0)
    .max(0.1)
    .default(0.003)
    .describe('least ATR(14, 4h) of an entry, fraction of the price'),
  maxSpreadBps: basisPoints(100).default(10).describe('widest spread of an entry, basis points of the mid'),
  volatilityTarget: fraction(1)
    .default(0.15)
    .describe('annual volatility up to which a symbol is not scaled down, fraction'),
  correlationFree: z
    .number()
    .min(0)
    .lt(1)
    .default(0.8)
    .describe('correlation with an open position up to which a size is not reduced'),
  kellyPositions: z.int().min(10).max(50).default(50).describe('closed positions that Kelly looks back on'),
  kellyProbe: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('risk that is left when Kelly says none, fraction of riskPerTrade'),
});

const breakers = z.strictObject({
  assetFall: fraction(0.5).default(0.15).describe('fall of a symbol within an hour that trips it, fraction'),
  assetLockMinutes: z.int().min(1).max(10_080).default(240).describe('how long, minutes'),
  portfolioLoss: fraction(0.3)
    .default(0.1)
    .describe('loss since 00:00 UTC that trips the account until a reset, fraction'),
  losses: z.int().min(1).max(20).default(3).describe('losing positions in a row that trip the account'),
  lossesLockMinutes: z.int().min(1).max(43_200).default(1440).describe('how long, minutes'),
  flashMove: fraction(0.5)
    .default(0.05)
    .describe('range or move of a one-minute candle that trips a symbol, fraction'),
});

const strategy = z.strictObject({
  enabled: z.boolean().default(true).describe('whether it votes'),
  timeframes: z
    .array(timeframe)
    .min(1)
    .default(['4h'])
    .describe('the candles on which it votes, one instance each'),
  params: z.record(z.string(), z.unknown()).default({}).describe('its parameters: see its table'),
});

/** Kraken itself. Any other address is that of a simulated one. */
export const KRAKEN_URL = 'https://api.kraken.com';

const kraken = z.strictObject({
  tier: z
    .enum(['starter', 'intermediate', 'pro'])
    .default('starter')
    .describe('verification of the account, by which Kraken counts calls; a tier too high is throttled'),
  baseUrl: z
    .string()
    .refine(isSafeUrl, `expected ${SAFE_URL_RULE}`)
    .meta({ title: SAFE_URL_RULE })
    .default(KRAKEN_URL)
    .describe('where live orders go; another address is for a simulated Kraken'),
});

/** Everything a person may set. Money at risk has a ceiling here, not only a default. */
export const configSchema = z.strictObject({
  mode: z
    .enum(['paper', 'live'], 'expected paper or live')
    .default('paper')
    .describe('paper: no money is at stake; live: real money on Kraken, and `start` asks for a flag besides'),
  capital: z
    .number()
    .positive()
    .max(1e9)
    .default(10_000)
    .describe('USD allotted to a new account; a live one begins with 0: `capital add`'),
  symbols: z
    .array(symbol)
    .min(1)
    .max(20)
    .default(['BTC/USD', 'ETH/USD'])
    .describe('what is traded; each has a market'),
  entry: z
    .enum(['taker', 'maker'])
    .default('taker')
    .describe(
      'taker: buys at the next open; maker: rests a tick below it first, where exec candles are of 1m',
    ),
  markets: z.record(symbol, market),
  kraken: kraken.prefault({}),
  fees: fees.prefault({}),
  costs: costs.prefault({}),
  ensemble: ensemble.prefault({}),
  risk: risk.prefault({}),
  breakers: breakers.prefault({}),
  maxLateMinutes: z
    .int()
    .min(1)
    .max(60)
    .default(15)
    .describe('a tick later than this enters nothing, minutes'),
  strategies: z.record(z.string(), strategy),
});

export type Config = z.output<typeof configSchema>;

/**
 * Reads a config, or says in one sentence a field what is wrong with it.
 * @param source where it came from, for the message
 * @throws AppError `config-invalid`
 */
export function parseConfig(input: unknown, source: string): Config {
  const result = configSchema.safeParse(input);
  if (!result.success) throw configError(source, problemsOf(result.error, { input, schema: configSchema }));
  const config = result.data;
  const unlimited = unlimitedIn(config);
  if (unlimited.length > 0) throw configError(source, unlimited);
  const known = Object.keys(config.markets);
  const unknown = [...new Set(config.symbols)].filter((wanted) => !known.includes(wanted));
  if (unknown.length === 0) return { ...config, symbols: [...new Set(config.symbols)].sort() };
  throw configError(
    source,
    unknown.map((wanted) => {
      const message = `'${wanted}' not under markets (there are ${known.join(', ')})`;
      return problem(`${message}${didYouMeanSymbol(wanted, known)}`, ['symbols']);
    }),
    "Add it with Kraken's rules (AssetPairs), for example " +
      `markets: { ${unknown[0]}: { tickDecimals: 2, lotDecimals: 8, minQuantity: "0.02", minCost: "0.5" } }`,
  );
}

/** Real money is not traded without its limits. */
function unlimitedIn({ mode, risk }: Config): readonly string[] {
  const limits = ['dailyLossMax', 'drawdownMax'] as const;
  return limits
    .filter((name) => mode === 'live' && risk[name] === 'off')
    .map((name) => problem('off is for paper and backtests: with mode live give a fraction', ['risk', name]));
}

/** The config with the venue's own rules for its pairs; its fees and half-spreads stay. */
export function withRulesOf(config: Config, instruments: readonly Instrument[]): Config {
  const markets = { ...config.markets };
  for (const { symbol, tickDecimals, lotDecimals, minQuantity, minCost } of instruments) {
    const { halfSpreadBps = 10 } = markets[symbol] ?? {};
    markets[symbol] = { halfSpreadBps, tickDecimals, lotDecimals, minQuantity, minCost };
  }
  return { ...config, markets };
}
