import * as z from 'zod';
import { type DecimalText, isDecimalText, textOf, unitsOf, unitsOfNumber } from '../../core/decimal.ts';
import { AppError } from '../../core/errors.ts';
import type { Instrument } from '../../core/market/instruments.ts';
import { symbolOf } from './names.ts';

const decimal = z.custom<DecimalText>(
  (value) => typeof value === 'string' && isDecimalText(value),
  'a decimal text',
);
/** Thirty-day volume in USD, then percent of the cost: below nothing for those who trade most. */
const tiers = z.array(z.tuple([z.number(), z.number().min(-100).max(100)])).min(1);

const pairSchema = z.looseObject({
  wsname: z.string().regex(/^[A-Z0-9.]+\/[A-Z0-9.]+$/, 'a pair such as XBT/USD'),
  pair_decimals: z.int().min(0).max(18),
  lot_decimals: z.int().min(0).max(18),
  tick_size: decimal,
  ordermin: decimal,
  costmin: decimal,
  fees: tiers,
  fees_maker: tiers.optional(),
});

/**
 * What one entry of Kraken's AssetPairs says of a pair; fees are those of an account without volume.
 * @param pair Kraken's name of it, for messages
 * @throws AppError `source-unavailable` naming the field that is missing or makes no sense
 * @see https://docs.kraken.com/api-reference/market-data/get-tradable-asset-pairs
 */
export function parseInstrument(pair: string, entry: unknown): Instrument {
  const result = pairSchema.safeParse(entry);
  if (!result.success) throw unusable(pair, z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' '));
  const { wsname, pair_decimals, lot_decimals, tick_size, ordermin, costmin, fees, fees_maker } = result.data;
  if (unitsOf(tick_size) !== 10n ** BigInt(18 - pair_decimals))
    throw unusable(pair, `tick_size '${tick_size}' is not 10^-${pair_decimals}`);
  return {
    symbol: symbolOf(wsname),
    tickDecimals: pair_decimals,
    lotDecimals: lot_decimals,
    minQuantity: ordermin,
    minCost: costmin,
    makerFee: entryFee(fees_maker ?? fees),
    takerFee: entryFee(fees),
  };
}

/** The fee of the lowest tier, from percent to a fraction. */
function entryFee(tiersOfPair: z.output<typeof tiers>): DecimalText {
  const [, percent] = tiersOfPair.reduce((lowest, tier) => (tier[0] < lowest[0] ? tier : lowest));
  return textOf(unitsOfNumber(percent) / 100n);
}

function unusable(pair: string, what: string): AppError {
  return new AppError(
    'source-unavailable',
    `Kraken describes the pair '${pair}' in a way that cannot be used: ${what}.`,
    'Trade another pair, or tell us: Kraken may have changed its answer.',
  );
}
