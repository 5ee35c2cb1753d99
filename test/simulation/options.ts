import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { troubles } from './chance.ts';

/** What the command line of the simulation says. */
export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly workers: number;
  readonly trace: boolean;
  /** Troubles as a failed seed names them, `reply lost 3`; undefined: all that happen. */
  readonly only?: ReadonlySet<string>;
}

/** @param least what makes no sense below it: of no seeds nothing would be proved */
function whole(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
}

function troublesIn(text: string): ReadonlySet<string> {
  const names = text.split(',').map((name) => name.trim());
  const isKnown = (name: string) => troubles.some((trouble) => trouble === name.replace(/ \d+$/, ''));
  const strange = names.find((name) => name !== '' && !(/ \d+$/.test(name) && isKnown(name)));
  if (strange === undefined) return new Set(names.filter((name) => name !== ''));
  throw new InvalidArgumentError(`'${strange}' is no trouble: write them as 'reply lost 3, clock step 1'.`);
}

/** @throws CommanderError when the options make no sense, after saying so */
export function parseOptions(words: readonly string[]): SimulateOptions {
  const command = new Command('simulate')
    .usage('-- [options]')
    .description('Worlds drawn from seeds, in which everything goes wrong; checked after every step.')
    .option('--seeds <n>', 'how many', whole(1), 500)
    .option('--from <seed>', 'the first', whole(0), 1)
    .option('--workers <n>', 'threads', whole(1), availableParallelism())
    .addOption(new Option('--trace', 'the first alone, told line by line').default(false).conflicts('seeds'))
    .addOption(
      new Option('--only <troubles>', 'the first alone, with no other troubles')
        .argParser(troublesIn)
        .conflicts('seeds'),
    )
    .allowExcessArguments(false)
    .exitOverride();
  return command.parse(words, { from: 'user' }).opts<SimulateOptions>();
}
