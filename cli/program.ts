import { Command, CommanderError } from 'commander';
import { readEnvironment } from '../config/environment.ts';
import { AppError, describeError } from '../shared/core/errors.ts';
import { addBacktest } from './backtest.ts';
import { addBreaker } from './breaker.ts';
import { addCandles } from './candles.ts';
import { addCapital } from './capital.ts';
import { addClose } from './close.ts';
import { version } from './context.ts';
import { addDoctor } from './doctor.ts';
import { addParity } from './parity.ts';
import { addReplay } from './replay.ts';
import { note, progress, setLogLevel } from './screen.ts';
import { addShow } from './show.ts';
import { addStart } from './start.ts';
import { addStatus } from './status.ts';
import { addStrategies } from './strategies.ts';
import { addWhy } from './why.ts';

const USAGE = 2;
const FAILURE = 1;

function program(): Command {
  const command = new Command('hot-crypto')
    // Else `breaker reset --version 3` would print the version of the program, and reset nothing.
    .enablePositionalOptions()
    .description(
      'A trading engine for Kraken without servers: decide, trade on paper, and prove the backtest.',
    )
    .version(version())
    .showHelpAfterError('(see npx --no hot-crypto help)')
    .exitOverride()
    .hook('preAction', (_, verb) => heed(verb));
  addStart(command);
  addReplay(command);
  addBacktest(command);
  addParity(command);
  addStatus(command);
  addShow(command);
  addWhy(command);
  addBreaker(command);
  addCapital(command);
  addClose(command);
  addCandles(command);
  addStrategies(command);
  addDoctor(command);
  return command;
}

/** What the environment says, before a verb does anything. @throws AppError `usage`, `config-invalid` */
function heed(verb: Command): void {
  const { logLevel, dataFolder, file } = readEnvironment(process.cwd(), process.env);
  setLogLevel(logLevel);
  // The doctor says it among what else is wrong.
  if (file?.refusal !== undefined && verb.name() !== 'doctor') throw file.refusal;
  if (dataFolder !== undefined && verb.getOptionValueSource('data') === 'default')
    verb.setOptionValueWithSource('data', dataFolder, 'env');
}

/** Runs a command line. @returns the exit code: 0 done, 1 failed, 2 used wrongly */
export async function runProgram(words: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    progress('');
    note(describeError(error), 'error');
    return error instanceof AppError && error.code === 'usage' ? USAGE : FAILURE;
  }
}
