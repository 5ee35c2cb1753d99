import { Worker } from 'node:worker_threads';
import { CommanderError } from 'commander';
import { parseOptions, type SimulateOptions } from './options.ts';
import { shrunk } from './shrink.ts';
import { emptySweep, type FailedSeed, type Sweep, together, told } from './sweep.ts';
import { simulate } from './world.ts';

const PART = 20;
const TOLD_MAX = 5;

process.exitCode = await main(process.argv.slice(2));

/** @returns 0 when nothing was found, 1 for a seed that failed, 2 for a wrong command line */
async function main(words: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(words);
    return await (options.trace || options.only !== undefined ? replay(options) : sweepAll(options));
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** One seed again, line by line. */
async function replay({ from, trace, only }: SimulateOptions): Promise<number> {
  const { failure, happened } = await simulate(from, {
    only,
    trace: (line) => trace && console.log(line),
  });
  console.log(`seed ${from}: ${failure?.message ?? 'nothing that must not be'}; ${happened.length} troubles`);
  return failure === undefined ? 0 : 1;
}

async function sweepAll(options: SimulateOptions): Promise<number> {
  const startMs = performance.now();
  const all = await inThreads(options);
  for (const failed of all.failed.slice(0, TOLD_MAX)) await explain(failed);
  if (all.failed.length > TOLD_MAX)
    console.log(
      `also failed: ${all.failed
        .slice(TOLD_MAX)
        .map(({ seed }) => seed)
        .join(' ')}`,
    );
  console.log(`${told(all)}; ${Math.round((performance.now() - startMs) / 1000)} s`);
  return all.failed.length === 0 ? 0 : 1;
}

/** Hands out the seeds in parts, so that every thread is at work to the end. */
function inThreads({ seeds, from, workers }: SimulateOptions): Promise<Sweep> {
  const parts = Array.from({ length: Math.ceil(seeds / PART) }, (_, i) => ({
    from: from + i * PART,
    count: Math.min(PART, seeds - i * PART),
  }));
  let all = emptySweep;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(new URL('./sweep-worker.ts', import.meta.url));
      const next = () => {
        const part = parts.shift();
        if (part !== undefined) return thread.postMessage(part);
        thread.terminate().then(() => resolve(), reject);
      };
      thread.on('error', reject);
      thread.on('message', (done: Sweep) => {
        all = together(all, done);
        if (all.seeds % 10_000 < PART && parts.length > 0)
          console.error(`${all.seeds} seeds, ${all.failed.length} failed`);
        next();
      });
      next();
    });
  return Promise.all(Array.from({ length: workers }, work)).then(() => all);
}

async function explain({ seed, message, happened }: FailedSeed): Promise<void> {
  const kept = await shrunk(happened, async (only) => {
    const { failure } = await simulate(seed, { only });
    return failure !== undefined && kindOf(failure.message) === kindOf(message);
  });
  const command = `npm run simulate -- --from ${seed} --trace`;
  console.log(`seed ${seed}: ${message}`);
  console.log(`  replay it: ${command}`);
  console.log(
    `  ${kept.length} of ${happened.length} troubles are enough: ${command} --only '${kept.join(', ')}'`,
  );
}

/** Two failures are of one kind when they begin with the same demand, or with the same words. */
function kindOf(message: string): string {
  return message
    .split(':')
    .slice(0, message.startsWith('Bug') ? 2 : 1)
    .join(':')
    .replaceAll(/\d+/g, '');
}
