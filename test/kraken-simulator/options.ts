import { Command, InvalidArgumentError, Option } from 'commander';
import { isDecimalText, type Units, unitsOf } from '../../shared/core/decimal.ts';
import { parseInstant } from '../../shared/core/market/calendar.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import { type FaultLevel, faultLevels } from './faults.ts';
import type { KrakenTier } from './session.ts';

/** What the command line says. */
export interface SimulatorOptions {
  readonly seed: number;
  readonly faults: FaultLevel;
  /** Files of 4h candles, and of daily ones from before them; none: stored ones, or the synthetic market. */
  readonly candles: readonly string[];
  /** A data folder of the program, of which the stored candles are replayed. */
  readonly data?: string;
  readonly port: number;
  /** Undefined: the first day with 720 candles of both timeframes before it. */
  readonly start?: EpochMs;
  /** Simulated seconds a second; undefined: as fast as time goes, and told as if the start was now. */
  readonly speed?: number;
  readonly control: boolean;
  readonly balance: Units;
  readonly tier: KrakenTier;
  readonly mayWithdraw: boolean;
}

function whole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function portOf(text: string): number {
  const port = whole(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It must be at most 65535; 0 takes one that is free.');
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && speed > 0 && speed <= 100_000) return speed;
  throw new InvalidArgumentError('It must be above 0, and at most 100000.');
}

/** A day of a command line. @throws InvalidArgumentError */
export function dayOf(text: string): EpochMs {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? parseInstant(text) : undefined;
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('Write it as 2024-07-01.');
}

function moneyOf(text: string): Units {
  if (isDecimalText(text) && !text.startsWith('-')) return unitsOf(text);
  throw new InvalidArgumentError('Write it as 10000 or 10000.50.');
}

/** The options of the simulator. @throws CommanderError when they make no sense, after saying so */
export function parseOptions(words: readonly string[]): SimulatorOptions {
  const command = new Command('kraken-simulator')
    .usage('-- [options]')
    .description('A Kraken on this machine, for trying a trader: nothing in it is real.')
    .option('--seed <n>', 'of prices within candles, and of faults', whole, 7)
    .addOption(
      new Option('--faults <level>', 'how much goes wrong').choices(Object.keys(faultLevels)).default('none'),
    )
    .option('--candles <file...>', '4h candles of each pair, and daily ones from before them (CSV, also .gz)')
    .addOption(new Option('--data <dir>', 'the candles stored there instead of files').conflicts('candles'))
    .option('--port <n>', 'to listen on, of 127.0.0.1; 0 takes a free one', portOf, 8417)
    .option(
      '--start <day>',
      'first day, UTC (default: the first with 720 candles of 4h and 1d before it)',
      dayOf,
    )
    .addOption(
      new Option('--speed <n>', 'simulated seconds a second').argParser(speedOf).conflicts('control'),
    )
    .option('--control', 'time stands still and moves by POST /simulator/advance', false)
    .addOption(
      new Option('--balance <usd>', 'what the account has at the start')
        .default(unitsOf('10000'), '10000')
        .argParser(moneyOf),
    )
    .addOption(
      new Option('--tier <name>', 'of the account: it limits the calls')
        .choices(['starter', 'intermediate', 'pro'])
        .default('intermediate'),
    )
    .option('--may-withdraw', 'the key may withdraw, which a trader should refuse', false)
    .allowExcessArguments(false)
    .exitOverride();
  command.parse(words, { from: 'user' });
  const options = command.opts<SimulatorOptions>();
  return { ...options, candles: options.candles ?? [] };
}
