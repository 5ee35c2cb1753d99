import { type Command, InvalidArgumentError } from 'commander';
import { type DecimalText, isDecimalText, textOf, unitsOf } from '../shared/core/decimal.ts';
import { type AskOptions, askAndSay, withAskOptions } from './ask.ts';
import { usd } from './screen.ts';

/** `hot-crypto capital`: USD added to what an account is allotted, or taken out of it. */
export function addCapital(program: Command): void {
  const capital = program
    .command('capital')
    .description('add USD to what an account is allotted, or take some out');
  for (const [name, sign, verb] of [
    ['add', 1n, 'add'],
    ['remove', -1n, 'take out'],
  ] as const) {
    withAskOptions(capital.command(name))
      .argument('<usd>', 'such as 2500 or 99.50', parseAmount)
      .description(`${verb} USD; neither a profit nor a loss, so every limit moves along`)
      .action(async (amount: DecimalText, options: AskOptions) => {
        const wish = () => ({ kind: 'capital' as const, amount: sign * unitsOf(amount) });
        await askAndSay(options, { wish, what: `${verb} ${usd(amount)} USD` });
      });
  }
}

/** As in the config, which allots a new account no more. */
const USD_MAX = unitsOf('1000000000');

function parseAmount(text: string): DecimalText {
  const isAmount = /^\d{1,10}(\.\d{1,2})?$/.test(text) && isDecimalText(text);
  if (isAmount && unitsOf(text) > 0n && unitsOf(text) <= USD_MAX) return textOf(unitsOf(text));
  throw new InvalidArgumentError(
    'Give USD above 0, at most a billion, with at most two decimals: 2500 or 99.50.',
  );
}
