import type { Command } from 'commander';
import { AppError } from '../shared/core/errors.ts';
import type { Opened } from './accounts.ts';
import { type AskOptions, askAndSay, withAskOptions } from './ask.ts';
import { parseSymbol } from './options.ts';

/** `hot-crypto close`: sells what is held of a symbol. */
export function addClose(program: Command): void {
  withAskOptions(program.command('close'))
    .argument('<symbol>', 'such as BTC/USD')
    .description('sell what is held of a symbol at the next open, and withdraw its entry')
    .action(async (text: string, options: AskOptions) => {
      const symbol = parseSymbol(text);
      const wish = ({ workspace }: Opened) => ({ kind: 'close' as const, symbol: known(workspace, symbol) });
      await askAndSay(options, { wish, what: `close ${symbol}` });
    });
}

function known({ config }: Opened['workspace'], symbol: string): string {
  if (config.symbols.includes(symbol)) return symbol;
  throw new AppError(
    'usage',
    `The config does not trade '${symbol}'.`,
    `Use one of ${config.symbols.join(', ')}.`,
  );
}
