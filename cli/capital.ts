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

function parseAmount(text: string): DecimalText {
  if (isDecimalText(text) && unitsOf(text) > 0n) return textOf(unitsOf(text));
  throw new InvalidArgumentError('Give an amount of USD above 0, such as 2500 or 99.50.');
}
