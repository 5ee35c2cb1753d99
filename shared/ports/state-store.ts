/** Where an item lies: partition, then sort key, as in DynamoDB. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Plain JSON; amounts in it are decimal text. */
export type ItemBody = Readonly<Record<string, unknown>>;

/** What is stored under a key. `version` grows by one with every write of the item. */
export interface Item extends ItemKey {
  readonly version: number;
  readonly body: ItemBody;
}

/**
 * One action of a transaction. A transaction is carried out whole or not at all, and names an item at most once.
 * - `put` writes; `expect: 'absent'` wants no item there, a number wants exactly that version.
 * - `remove` deletes the item of that version.
 * - `check` writes nothing and wants the named top-level fields of the body to have these values.
 */
export type Action =
  | ({ readonly kind: 'put'; readonly expect: 'absent' | number; readonly body: ItemBody } & ItemKey)
  | ({ readonly kind: 'remove'; readonly expect: number } & ItemKey)
  | ({
      readonly kind: 'check';
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    } & ItemKey);

/** Either everything was written, or nothing was: then `failed` are the indexes of the actions whose condition did not hold. */
export type TransactResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly failed: readonly number[] };

/** Which items of a partition a query gives, in the order of their sort keys (bytes of UTF-8). */
export interface QueryOptions {
  readonly prefix?: string;
  /** Sort keys at or after this one. */
  readonly from?: string;
  /** Sort keys before this one. */
  readonly before?: string;
  readonly limit?: number;
  /** Newest first: descending sort keys. */
  readonly descending?: boolean;
}

/** The most actions of one transaction, as DynamoDB has it. */
export const TRANSACTION_ACTIONS_MAX = 100;

/** Items with versions and conditional transactions. Every read sees every write that was confirmed before it. */
export interface StateStore {
  get(key: ItemKey): Promise<Item | undefined>;
  query(pk: string, options?: QueryOptions): Promise<readonly Item[]>;
  /**
   * @returns which conditions failed; a lost race is an outcome, not an error
   * @throws Error `Bug: …` on no action, more than 100, or two on one item
   */
  transact(actions: readonly Action[]): Promise<TransactResult>;
  close(): void;
}
