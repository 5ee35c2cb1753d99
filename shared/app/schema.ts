import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { StateStore } from '../ports/state-store.ts';

/** Grows when what is stored is stored otherwise; a program that comes with it then converts what it finds. */
const SCHEMA = 1;

const key = { pk: 'META', sk: 'SCHEMA' };
const bodySchema = z.strictObject({ schema: z.int().positive() });

/**
 * Marks a new store with the form of its items, and refuses one that another form was written to.
 * @throws AppError `state-invalid` likewise
 */
export async function checkSchema(store: StateStore): Promise<void> {
  if (await hasOurSchema(store)) return;
  const made = await store.transact([{ kind: 'put', ...key, expect: 'absent', body: { schema: SCHEMA } }]);
  if (!made.ok) await hasOurSchema(store);
}

/**
 * The same for who only looks and asks.
 * @returns false for a store that nobody has marked yet
 * @throws AppError `state-invalid` when another form of items was written to it
 */
export async function hasOurSchema(store: StateStore): Promise<boolean> {
  const item = await store.get(key);
  if (item === undefined) return false;
  const { schema } = bodySchema.parse(item.body);
  if (schema === SCHEMA) return true;
  throw new AppError(
    'state-invalid',
    `The state is of schema ${schema}; this version knows ${SCHEMA}.`,
    'Use the version of the program that was deployed last. Nothing was changed.',
  );
}
