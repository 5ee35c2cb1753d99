import { sha256 } from '../hash.ts';
import { type Candles, candleColumns } from './candles.ts';

/**
 * SHA-256 in hexadecimal over the bytes of the columns, one whole column after the other (float64, little-endian):
 * equal for equal candles, however they are split into files.
 */
export function contentHash(candles: Candles): string {
  return sha256(
    ...candleColumns.map((column) => {
      const { buffer, byteOffset, byteLength } = candles[column];
      return new Uint8Array(buffer, byteOffset, byteLength);
    }),
  );
}
