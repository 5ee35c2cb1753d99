import type { Instrument } from '../core/market/instruments.ts';
import type { EpochMs } from '../core/market/timeframes.ts';

/** What a venue says of itself. */
export interface Venue {
  /**
   * Its rules for a pair, with the fees of an account without volume.
   * @throws AppError `source-unavailable` when it cannot be reached or does not know the pair
   */
  instrument(symbol: string): Promise<Instrument>;
  /**
   * The present by its clock, cut down to the second.
   * @throws AppError `source-unavailable` when it cannot be reached
   */
  serverTimeMs(): Promise<EpochMs>;
}
