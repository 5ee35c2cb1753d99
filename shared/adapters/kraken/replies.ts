import * as z from 'zod';
import { type DecimalText, isDecimalText, textOf, unitsOfNumber } from '../../core/decimal.ts';

/** An amount: text as Kraken spells it, or a number, whose shortest spelling is taken. */
const amount = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'string' ? value : textOf(unitsOfNumber(value))))
  .refine(isDecimalText, 'a decimal text')
  .transform((text) => text as DecimalText);
/** Seconds with a fraction, as number or text, to ms. */
const instant = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?$/)])
  .transform((seconds) => Math.round(Number(seconds) * 1000));
const side = z.enum(['buy', 'sell']);

const order = z.looseObject({
  cl_ord_id: z.string().nullish(),
  status: z.enum(['pending', 'open', 'closed', 'canceled', 'expired']),
  opentm: instant,
  closetm: instant.optional(),
  descr: z.looseObject({
    pair: z.string(),
    type: side,
    ordertype: z.string(),
    // The owner's may be relative: `+1.0000%`.
    price: z.string(),
  }),
  vol: amount,
  vol_exec: amount,
  oflags: z.string().default(''),
});

/** An order as Kraken shows it. */
export type KrakenOrder = z.output<typeof order>;

const orders = z.record(z.string(), order);
export const openReply = z.looseObject({ open: orders });
export const closedReply = z.looseObject({ closed: orders, count: z.int().min(0).optional() });

const trade = z.looseObject({
  ordertxid: z.string(),
  time: instant,
  price: amount,
  cost: amount,
  fee: amount,
  vol: amount,
});

/** An execution as Kraken shows it. */
export type KrakenTrade = z.output<typeof trade>;

export const tradesReply = z.looseObject({
  trades: z.record(z.string(), trade),
  count: z.int().min(0).optional(),
});

/** Without a name an order was not placed for all we know. */
export const placedReply = z.looseObject({ txid: z.array(z.string().min(1)).min(1) });
export const rehearsedReply = z.looseObject({ descr: z.looseObject({ order: z.string() }) });
export const amendedReply = z.looseObject({ amend_id: z.string().min(1) });
export const cancelledReply = z.looseObject({ count: z.int().min(0) });

export const balanceReply = z.record(z.string(), amount);
export const pairsReply = z.record(
  z.string(),
  z.looseObject({ altname: z.string(), wsname: z.string(), status: z.string().optional() }),
);
export const timeReply = z.looseObject({ unixtime: z.int().positive() });
export const statusReply = z.looseObject({ status: z.string() });

const best = z.tuple([amount], z.unknown());
export const tickerReply = z.record(z.string(), z.looseObject({ a: best, b: best }));

/** Percent of the cost, by pair. */
const fees = z.record(z.string(), z.looseObject({ fee: amount }));
export const volumeReply = z.looseObject({ fees, fees_maker: fees.optional() });

export const keyReply = z.looseObject({
  permissions: z.array(z.string()),
  nonce_window: z.union([z.string().regex(/^\d+$/), z.int()]).optional(),
  ip_allowlist: z.array(z.string()).nullish(),
});
