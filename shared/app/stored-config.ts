import { type Config, parseConfig } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { jsonHash } from '../core/hash.ts';
import type { Action, StateStore } from '../ports/state-store.ts';
import { keys } from './items.ts';
import type { Trader } from './trader.ts';

/**
 * What a tick stores of its config, beside the decisions that name its hash: the whole of it, where the account has not
 * decided by it before.
 */
export async function newConfig({ store, account, config, configHash }: Trader): Promise<readonly Action[]> {
  const key = keys.config(account, configHash);
  if ((await store.get(key)) !== undefined) return [];
  return [{ kind: 'put', ...key, expect: 'absent', body: config }];
}

/**
 * The config that an account decided by, read as this version reads a config.
 * @param hash as a decision names it
 * @throws AppError `not-found`; `state-invalid` when what is stored does not have that hash; `config-invalid` when this
 * version knows its settings no more
 */
export async function configOf(store: StateStore, account: string, hash: string): Promise<Config> {
  const item = await store.get(keys.config(account, hash));
  const short = hash.slice(0, 12);
  if (item === undefined) {
    throw new AppError(
      'not-found',
      `The config ${short} that this decision was made by is not stored.`,
      'An earlier version of this program decided, which did not keep it: only later decisions can be computed again.',
    );
  }
  if (jsonHash(item.body) === hash) return parseConfig(item.body, `the stored config ${short}`);
  throw new AppError(
    'state-invalid',
    `What is stored as the config ${short} has another content.`,
    'Restore the state from a copy.',
  );
}
