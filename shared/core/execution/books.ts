import { assert } from '../assert.ts';
import type { Units } from '../decimal.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { Purpose } from './client-id.ts';
import { type Execution, type ExitReason, type Position, stopReason } from './position.ts';

/** One fill as the books keep it, once and for ever. */
export interface BookedFill extends Execution {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** ENTRY, or why the position was left. */
  readonly reason: 'ENTRY' | ExitReason;
  readonly step: 'OPEN' | 'RANGE';
}

/** Equity (cash and holdings at the close of the exec candle that ended at `atMs`), and the cash in it. */
export interface Mark {
  readonly atMs: EpochMs;
  readonly equity: Units;
  readonly cash: Units;
}

/** The reason under which a fill is booked, from its order's purpose and the position before it. */
export function fillReason(purpose: Purpose, position: Position | undefined): BookedFill['reason'] {
  if (purpose === 'entry') return 'ENTRY';
  assert(position !== undefined, `a fill of ${purpose} without a position`);
  return position.exit?.reason ?? stopReason(position);
}
