import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import type { StateStore } from '../ports/state-store.ts';

/** Grows when what is stored is stored otherwise; a program that comes with it then converts what it finds. */
const SCHEMA = 1;

const key = { pk: 'META', sk: 'SCHEMA' };
const bodySchema = z.strictObject({ schema: z.int().positive() });

/**
 * Marks a new store with the form of its items, and refuses one that another form was written to.
 * @throws AppError `state-invalid` when a newer program has written it
 */
export async function checkSchema(store: StateStore): Promise<void> {
  const item = await store.get(key);
  if (item === undefined) {
    const made = await store.transact([{ kind: 'put', ...key, expect: 'absent', body: { schema: SCHEMA } }]);
    return made.ok ? undefined : checkSchema(store);
  }
  const { schema } = bodySchema.parse(item.body);
  if (schema === SCHEMA) return;
  throw new AppError(
    'state-invalid',
    `The state is of schema ${schema}; this version knows ${SCHEMA}.`,
    'Use the version of the program that was deployed last. Nothing was changed.',
  );
}
