/** Bytes and the tag that changes whenever they do. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly tag: string;
}

/** Named byte strings with conditional writes, as S3 offers them. Keys are paths with `/`. */
export interface ObjectStore {
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Writes the whole object or nothing; a reader never sees half of it.
   * @param expect the tag that was read, or `'absent'`
   * @returns false when somebody else wrote first: read again, merge, write again
   */
  put(key: string, bytes: Uint8Array, expect: string | 'absent'): Promise<boolean>;
  /** Keys that begin with `prefix`, ascending. */
  list(prefix: string): Promise<readonly string[]>;
}
