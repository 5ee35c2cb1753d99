import { createHash } from 'node:crypto';
import { type Candles, candleColumns } from './candles.ts';

/**
 * SHA-256 in hexadecimal over the bytes of the columns, one whole column after the other (float64, little-endian):
 * equal for equal candles, however they are split into files.
 */
export function contentHash(candles: Candles): string {
  const hash = createHash('sha256');
  for (const column of candleColumns) {
    const { buffer, byteOffset, byteLength } = candles[column];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
