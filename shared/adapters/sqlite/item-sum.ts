import { crc32 } from 'node:zlib';

/** What of an item its sum covers: the body as it is stored, and the key and version, which could be damaged as well. */
export interface SummedItem {
  readonly pk: string;
  readonly sk: string;
  readonly version: number;
  readonly body: string;
}

/**
 * The CRC-32 of an item. SQLite's pages have no sum of their own: without this one a flipped digit of an amount is
 * another amount.
 */
export function itemSum({ pk, sk, version, body }: SummedItem): number {
  return crc32(body, crc32(`${pk}\0${sk}\0${version}\0`));
}
