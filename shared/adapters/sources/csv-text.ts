import { gunzipSync } from 'node:zlib';
import { AppError } from '../../core/errors.ts';

// A string of the runtime ends at 512 MiB; a year of 1m candles has 30.
const TEXT_BYTES_MAX = 400 * 1024 * 1024;

const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b];

/**
 * The text of a file, plain or gzip (told by its first bytes, not by its name), without a byte order mark.
 * @throws AppError `candles-invalid` when it is something else
 */
export function textOfFile(name: string, bytes: Uint8Array): string {
  const plain = beginsWith(bytes, GZIP) ? unpacked(name, bytes) : bytes;
  if (beginsWith(plain, ZIP))
    throw new AppError(
      'candles-invalid',
      `'${name}' is a zip archive.`,
      'Unpack it and import its .csv files.',
    );
  if (plain.length > TEXT_BYTES_MAX)
    throw new AppError(
      'candles-invalid',
      `'${name}' has ${plain.length} bytes.`,
      'Split it into smaller files.',
    );
  return new TextDecoder().decode(plain);
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function unpacked(name: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: TEXT_BYTES_MAX });
  } catch (cause) {
    throw new AppError(
      'candles-invalid',
      `'${name}' cannot be unpacked: ${(cause as Error).message}.`,
      'The file is damaged, cut off or too large; get it again. Nothing was imported.',
      { cause },
    );
  }
}
