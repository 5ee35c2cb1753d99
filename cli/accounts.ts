import { Option } from 'commander';
import { AppError } from '../shared/core/errors.ts';
import { accountsIn, type Workspace } from './context.ts';

/** The option that names an account. */
export const accountOption = (): Option =>
  new Option('--account <id>', 'account (default: paper-kraken, else paper-synthetic)');

/** The account that a reading verb means. @throws AppError `not-found` naming those that exist */
export function chooseAccount(workspace: Workspace, wanted: string | undefined): string {
  const known = accountsIn(workspace);
  const chosen =
    wanted ?? ['paper-kraken', 'paper-synthetic', ...known].find((account) => known.includes(account));
  if (chosen !== undefined && known.includes(chosen)) return chosen;
  const list = known.length === 0 ? 'none' : known.join(', ');
  throw new AppError(
    'not-found',
    wanted === undefined
      ? `There is no account in '${workspace.dataFolder}' yet.`
      : `There is no account '${wanted}' in '${workspace.dataFolder}' (known: ${list}).`,
    'Run `hot-crypto start` first, or name the folder with --data.',
  );
}

/** What a screen calls the market of an account: one that is made up must not pass for Kraken. */
export function marketLabel(source: string): string {
  if (source === 'synthetic') return 'SYNTHETIC market';
  return source === 'stored' ? 'stored candles' : source;
}
