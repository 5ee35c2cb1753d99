import { CommanderError } from 'commander';
import { AppError, describeError } from '../../shared/core/errors.ts';
import { parseOptions } from './options.ts';
import { type EndToEnd, endToEnd } from './run.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0 for a clean run, 1 for one with faults or without an end, 2 for a wrong command line */
async function main(words: readonly string[]): Promise<number> {
  try {
    const done = await endToEnd(parseOptions(words), (line) => console.log(line));
    tell(done);
    return done.faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(describeError(error));
    return error instanceof AppError && error.code === 'usage' ? 2 : 1;
  }
}

function tell({ ticks, kills, restarts, lines, faults }: EndToEnd): void {
  console.log(`\n${ticks} ticks, ${kills} kills, ${restarts} other restarts`);
  for (const line of lines) console.log(line);
  for (const fault of faults.slice(0, 20)) console.error(`FAULT     ${fault}`);
  console.log(faults.length === 0 ? 'clean' : `${faults.length} faults`);
}
