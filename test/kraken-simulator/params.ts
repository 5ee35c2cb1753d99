import { isDecimalText, type Units, unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { AddRequest, AmendRequest, OrderName } from './orders.ts';

/** What a route answers: an error in Kraken's words, or a result. */
export type Answer = { readonly error: string } | { readonly result: unknown };

function refuse(name: string): never {
  const what = name === '' ? '' : `:${name}`;
  throw new AppError('usage', `EGeneral:Invalid arguments${what}`, 'The client is told so.');
}

/** Reads parameters; what they say wrongly becomes Kraken's error. */
export function parsed<T>(read: () => T): { readonly value: T } | { readonly error: string } {
  try {
    return { value: read() };
  } catch (fault) {
    if (fault instanceof AppError) return { error: fault.message };
    throw fault;
  }
}

const textIn = (params: URLSearchParams, name: string) => params.get(name) || undefined;

function amountIn(params: URLSearchParams, name: string): Units | undefined {
  const text = textIn(params, name);
  if (text === undefined) return undefined;
  return isDecimalText(text) && !text.startsWith('-') ? unitsOf(text) : refuse(name);
}

/** RFC 3339. */
function deadlineIn(params: URLSearchParams): EpochMs | undefined {
  const text = textIn(params, 'deadline');
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(ms) ? refuse('deadline') : ms;
}

/** Seconds, perhaps with a fraction. */
export function secondsIn(params: URLSearchParams, name: string): EpochMs | undefined {
  const text = textIn(params, name);
  if (text === undefined) return undefined;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : refuse(name);
}

/** A whole number, not negative. */
export function countIn(params: URLSearchParams, name: string): number | undefined {
  const text = textIn(params, name);
  if (text === undefined) return undefined;
  return /^-?\d{1,10}$/.test(text) ? Number(text) : refuse(name);
}

export function isTrue(params: URLSearchParams, name: string): boolean {
  return /^(true|1)$/.test(params.get(name) ?? '');
}

function oneOf<T extends string>(params: URLSearchParams, name: string, known: readonly T[]): T {
  return known.find((each) => each === params.get(name)) ?? refuse(name);
}

/** What Kraken can and this does not: better refused than ignored. */
const unsupported = ['price2', 'displayvol', 'reduce_only', 'close[ordertype]', 'close[price]'];

/** What AddOrder is asked. Throws what `parsed` catches. */
export function addRequestOf(params: URLSearchParams): AddRequest {
  for (const name of unsupported) if (textIn(params, name) !== undefined) refuse(name);
  const flags = flagsIn(params);
  const timeInForce = oneOf(withDefault(params, 'timeinforce', 'GTC'), 'timeinforce', ['GTC', 'IOC', 'GTD']);
  oneOf(withDefault(params, 'trigger', 'last'), 'trigger', ['last']);
  oneOf(withDefault(params, 'leverage', 'none'), 'leverage', ['none']);
  return {
    pair: textIn(params, 'pair') ?? refuse('pair'),
    side: oneOf(params, 'type', ['buy', 'sell']),
    type: oneOf(params, 'ordertype', ['market', 'limit', 'stop-loss']),
    volume: amountIn(params, 'volume') ?? refuse('volume'),
    price: amountIn(params, 'price'),
    clOrdId: textIn(params, 'cl_ord_id'),
    userref: countIn(params, 'userref'),
    isPostOnly: flags.includes('post'),
    isImmediate: timeInForce === 'IOC',
    feeIn: feeIn(flags),
    deadlineMs: deadlineIn(params),
    expiresMs: timeInForce === 'GTD' ? (secondsIn(params, 'expiretm') ?? refuse('expiretm')) : undefined,
    isValidateOnly: isTrue(params, 'validate'),
  };
}

function flagsIn(params: URLSearchParams): readonly string[] {
  const flags = (textIn(params, 'oflags') ?? '').split(',').filter((flag) => flag !== '');
  return flags.every((flag) => /^(post|fciq|fcib|nompp)$/.test(flag)) ? flags : refuse('oflags');
}

function feeIn(flags: readonly string[]): 'quote' | 'base' | undefined {
  if (flags.includes('fciq')) return 'quote';
  return flags.includes('fcib') ? 'base' : undefined;
}

function withDefault(params: URLSearchParams, name: string, value: string): URLSearchParams {
  return new URLSearchParams([[name, params.get(name) || value]]);
}

/** What AmendOrder is asked. Throws what `parsed` catches. */
export function amendRequestOf(params: URLSearchParams): AmendRequest {
  return {
    volume: amountIn(params, 'order_qty'),
    limitPrice: amountIn(params, 'limit_price'),
    triggerPrice: amountIn(params, 'trigger_price'),
    isPostOnly: isTrue(params, 'post_only'),
    deadlineMs: deadlineIn(params),
  };
}

/** The order that a call names, by one of its two names. Throws what `parsed` catches. */
export function orderNameOf(params: URLSearchParams): OrderName {
  const [txid, clOrdId] = [textIn(params, 'txid'), textIn(params, 'cl_ord_id')];
  if (txid !== undefined && clOrdId === undefined) return { txid };
  return clOrdId !== undefined && txid === undefined ? { clOrdId } : refuse('');
}
