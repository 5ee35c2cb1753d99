import { type Command, InvalidArgumentError } from 'commander';
import { parseUsd, USD_RULE } from '../shared/app/ask.ts';
import { textOf, type Units } from '../shared/core/decimal.ts';
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
      .argument('<usd>', 'such as 2500 or 99.50', heedAmount)
      .description(`${verb} USD; neither a profit nor a loss, so every limit moves along`)
      .action(async (amount: Units, options: AskOptions) => {
        const wish = () => ({ kind: 'capital' as const, amount: sign * amount });
        await askAndSay(options, { wish, what: `${verb} ${usd(textOf(amount))} USD` });
      });
  }
}

function heedAmount(text: string): Units {
  const amount = parseUsd(text);
  if (amount === undefined) throw new InvalidArgumentError(USD_RULE);
  return amount;
}
