import { assert } from '../../core/assert.ts';
import type { QueryOptions } from '../../ports/state-store.ts';

/** Sort keys as bytes of UTF-8, the order of SQLite and DynamoDB (JavaScript compares units of UTF-16). */
export interface KeyRange {
  /** The first that belongs. */
  readonly from: Uint8Array;
  /** The first that does not. */
  readonly before: Uint8Array;
}

/** 0xFF occurs nowhere in UTF-8: it lies after every key. */
const afterAllKeys = Buffer.of(0xff);

/** The range of sort keys that satisfies `prefix`, `from` and `before` together; it may be empty. */
export function keyRange({ prefix = '', from = '', before }: QueryOptions): KeyRange {
  for (const text of [prefix, from, before ?? '']) assert(text.isWellFormed(), `a query bound "${text}"`);
  const [first, begin] = [Buffer.from(prefix), Buffer.from(from)];
  const [last, end] = [afterPrefix(first), before === undefined ? afterAllKeys : Buffer.from(before)];
  return {
    from: Buffer.compare(first, begin) > 0 ? first : begin,
    before: Buffer.compare(last, end) < 0 ? last : end,
  };
}

/** The least byte string after all that begin with `prefix`: no byte of UTF-8 is 0xFF, so one more always fits. */
function afterPrefix(prefix: Buffer): Buffer {
  const last = prefix.at(-1);
  return last === undefined ? afterAllKeys : Buffer.concat([prefix.subarray(0, -1), Buffer.of(last + 1)]);
}
