import type { Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { KrakenBook } from './book.ts';
import type { PairRules } from './pairs.ts';

/** A span in which a position that client ids bought had no order that would sell it. */
export interface NakedSpan {
  readonly pair: string;
  readonly fromMs: EpochMs;
  /** Null while it lasts. */
  toMs: EpochMs | null;
  /** Most that was uncovered. */
  most: Units;
  /** Of it, how long the exchange did not take orders. */
  blockedMs: number;
  /** Calls with which something went wrong while it lasted. */
  faults: number;
}

/**
 * Looks for positions without protection. Less than an order may be is dust: nothing can protect it.
 * @param faults how many calls something has gone wrong with so far
 */
export function nakedWatch(
  book: KrakenBook,
  faults: () => number,
): {
  /** To be called after everything that may have changed an order. */
  look(nowMs: EpochMs): void;
  readonly spans: readonly NakedSpan[];
} {
  const spans: NakedSpan[] = [];
  const running = new Map<PairRules, NakedSpan>();
  const positions = new Map<PairRules, Units>();
  let seen = 0;
  let lookedMs = 0;
  let faultsBefore = 0;

  const readTrades = () => {
    for (; seen < book.trades.length; seen++) {
      const trade = book.trades[seen];
      if (trade === undefined || trade.order.clOrdId === null) continue;
      const { pair, side } = trade.order;
      const signed = side === 'buy' ? trade.volume : -trade.volume;
      positions.set(pair, (positions.get(pair) ?? 0n) + signed);
    }
  };

  const prolong = (span: NakedSpan, nowMs: EpochMs) => {
    if (book.mode() !== 'online') span.blockedMs += nowMs - lookedMs;
    span.faults += faults() - faultsBefore;
  };

  const note = (pair: PairRules, uncovered: Units, nowMs: EpochMs) => {
    const span = running.get(pair);
    const isNaked = uncovered >= pair.orderMin;
    if (span) prolong(span, nowMs);
    if (span && isNaked && uncovered > span.most) span.most = uncovered;
    if (span && !isNaked) {
      span.toMs = nowMs;
      running.delete(pair);
    }
    if (span || !isNaked) return;
    const begun = { pair: pair.name, fromMs: nowMs, toMs: null, most: uncovered, blockedMs: 0, faults: 0 };
    spans.push(begun);
    running.set(pair, begun);
  };

  return {
    look(nowMs) {
      readTrades();
      for (const [pair, position] of positions) {
        let covered = 0n;
        for (const order of book.inForce())
          if (order.pair === pair && order.side === 'sell' && order.clOrdId !== null)
            covered += order.volume - order.filled;
        note(pair, position - covered, nowMs);
      }
      lookedMs = nowMs;
      faultsBefore = faults();
    },
    spans,
  };
}
