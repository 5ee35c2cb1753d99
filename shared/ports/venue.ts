import type { Instrument } from '../core/market/instruments.ts';

/** What a venue says of itself. */
export interface Venue {
  /**
   * Its rules for a pair, with the fees of an account without volume.
   * @throws AppError `source-unavailable` when it cannot be reached or does not know the pair
   */
  instrument(symbol: string): Promise<Instrument>;
}
