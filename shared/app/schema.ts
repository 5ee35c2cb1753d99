import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { Item, StateStore } from '../ports/state-store.ts';

/** Grows when what is stored is stored otherwise. */
const SCHEMA = 2;
/** The oldest whose items this version reads as they lie: each is written anew when it changes. */
const SCHEMA_MIN = 1;

const key = { pk: 'META', sk: 'SCHEMA' };
const bodySchema = z.strictObject({ schema: z.int().positive() });

/**
 * Marks a store with the form of its items, so that an older program refuses what this one writes to it, and refuses one
 * that a newer program wrote to.
 * @throws AppError `state-invalid` likewise
 */
export async function checkSchema(store: StateStore): Promise<void> {
  const item = await store.get(key);
  if (item !== undefined && schemaOf(item) === SCHEMA) return;
  const expect = item?.version ?? 'absent';
  const made = await store.transact([{ kind: 'put', ...key, expect, body: { schema: SCHEMA } }]);
  if (!made.ok) await hasOurSchema(store);
}

/**
 * The same for who only looks and asks.
 * @returns false for a store that nobody has marked yet
 * @throws AppError `state-invalid` when a newer program wrote to it
 */
export async function hasOurSchema(store: StateStore): Promise<boolean> {
  const item = await store.get(key);
  return item !== undefined && schemaOf(item) >= SCHEMA_MIN;
}

function schemaOf(item: Item): number {
  const { schema } = bodySchema.parse(item.body);
  if (schema <= SCHEMA) return schema;
  throw new AppError(
    'state-invalid',
    `The state is of schema ${schema}; this version knows ${SCHEMA}.`,
    'Use the version of the program that was deployed last. Nothing was changed.',
  );
}
