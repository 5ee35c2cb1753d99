import { unitsOf } from '../../shared/core/decimal.ts';
import { type KrakenBook, krakenBook } from './book.ts';
import type { AddRequest, BookOrder } from './orders.ts';

export const PAIR = 'XXBTZUSD';
export const ID = '6d1b345e-2821-80e2-ad83-4ecb18a06876';
export const at = (nowMs: number) => ({ nowMs });
export const buy: AddRequest = { pair: 'XBTUSD', side: 'buy', type: 'market', volume: unitsOf('0.01') };
export const sell: AddRequest = { ...buy, side: 'sell', feeIn: 'quote' };
export const limit = { ...buy, type: 'limit', price: unitsOf('49000') } as const;

/** 10,000 USD and one BTC, the market at 50,000.0 / 50,000.1. */
export function openedBook(): KrakenBook {
  const book = krakenBook({ balances: { ZUSD: unitsOf('10000'), XXBT: unitsOf('1') } });
  book.trade(PAIR, { atMs: 0, price: unitsOf('50000'), volume: unitsOf('1') });
  return book;
}

/** The order of an answer that accepts it. */
export function placed(result: { readonly error: string } | { readonly order: BookOrder }): BookOrder {
  if ('error' in result) throw new Error(result.error);
  return result.order;
}

/** A trade of the market one second after the start. */
export const trade = (price: string, volume = '10', atMs = 1_000) => ({
  atMs,
  price: unitsOf(price),
  volume: unitsOf(volume),
});
