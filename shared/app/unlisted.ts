import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Account } from './account.ts';

/**
 * A symbol that is held and no longer listed would get no candle, and its stop would never be looked at.
 * @throws AppError `config-invalid`
 */
export function refuseUnlisted({ id, positions, orders }: Account, { symbols }: Config): void {
  const open = [...positions.keys(), ...[...orders.values()].map(({ value }) => value.symbol)];
  const unlisted = [...new Set(open)].filter((symbol) => !symbols.includes(symbol));
  if (unlisted.length === 0) return;
  throw new AppError(
    'config-invalid',
    `The account '${id}' holds ${unlisted.join(', ')}, which the config's symbols do not list.`,
    'List it until it is sold: the stop of an unlisted symbol would not be watched.',
  );
}
