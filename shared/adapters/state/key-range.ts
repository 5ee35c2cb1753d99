import { assert } from '../../core/assert.ts';
import type { QueryOptions } from '../../ports/state-store.ts';
import { byBytes } from '../by-bytes.ts';

/** Sort keys in the order of their UTF-8 bytes, which is that of SQLite and DynamoDB and of the code points. */
export interface KeyRange {
  /** The first that belongs; `''` before all keys. */
  readonly from: string;
  /** The first that does not; undefined when the range has no end. */
  readonly before: string | undefined;
}

/** The range of sort keys that satisfies `prefix`, `from` and `before` together; it may be empty. */
export function keyRange({ prefix = '', from = '', before }: QueryOptions): KeyRange {
  for (const text of [prefix, from, before ?? '']) assert(text.isWellFormed(), `a query bound "${text}"`);
  const last = afterPrefix(prefix);
  return {
    from: byBytes(prefix, from) > 0 ? prefix : from,
    before: last === undefined || (before !== undefined && byBytes(before, last) < 0) ? before : last,
  };
}

const CODE_POINT_MAX = 0x10ffff;
/** The halves of surrogate pairs stand for no sign, so nothing lies between these two. */
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;

/** The least text after all that begin with `prefix`; undefined when there is none. */
function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix].map((sign) => sign.codePointAt(0) ?? 0);
  while (points.at(-1) === CODE_POINT_MAX) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1);
}
