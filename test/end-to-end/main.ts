import { CommanderError } from 'commander';
import { parseOptions } from './options.ts';
import { endToEnd } from './run.ts';

process.exitCode = await main(process.argv.slice(2));

/** @returns 0 for a clean run, 1 for one with faults, 2 for a wrong command line */
async function main(words: readonly string[]): Promise<number> {
  try {
    const { ticks, kills, restarts, lines, faults } = await endToEnd(parseOptions(words), (line) =>
      console.log(line),
    );
    console.log(`\n${ticks} ticks, ${kills} kills, ${restarts} other restarts`);
    for (const line of lines) console.log(line);
    for (const fault of faults.slice(0, 20)) console.error(`FAULT     ${fault}`);
    console.log(faults.length === 0 ? 'clean' : `${faults.length} faults`);
    return faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
