import { Command, InvalidArgumentError, Option } from 'commander';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import { type FaultLevel, faultLevels } from '../kraken-simulator/faults.ts';
import { dayOf } from '../kraken-simulator/options.ts';

/** What the command line of an end-to-end run says. */
export interface EndToEndOptions {
  readonly candles: readonly string[];
  readonly ticks: number;
  readonly kills: number;
  readonly seed: number;
  readonly faults: FaultLevel;
  readonly start: EpochMs;
}

function whole(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
}

/** @throws CommanderError when the options make no sense, after saying so */
export function parseOptions(words: readonly string[]): EndToEndOptions {
  const command = new Command('end-to-end')
    .usage('-- --candles <file...> [options]')
    .description(
      'The live program against the simulated Kraken, killed now and then; their books are compared.',
    )
    .requiredOption(
      '--candles <file...>',
      "Kraken's 4h candles of BTC and ETH, and daily ones from before them",
    )
    .option('--ticks <n>', 'ticks of 4h', whole(1), 500)
    .option('--kills <n>', 'how often the program is killed', whole(0), 10)
    .option('--seed <n>', 'of faults, prices within candles, and kills', whole(0), 7)
    .addOption(
      new Option('--faults <level>', 'how much goes wrong')
        .choices(Object.keys(faultLevels))
        .default('heavy'),
    )
    .addOption(
      new Option('--start <day>', 'first day, UTC')
        .default(dayOf('2024-07-01'), '2024-07-01')
        .argParser(dayOf),
    )
    .allowExcessArguments(false)
    .exitOverride();
  return command.parse(words, { from: 'user' }).opts<EndToEndOptions>();
}
