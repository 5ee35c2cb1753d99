import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { shrunk } from './shrink.ts';
import { emptySweep, type FailedSeed, type Sweep, together, told } from './sweep.ts';
import { simulate } from './world.ts';

const PART = 20;
const TOLD_MAX = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const from = wholeNumber('from', values.from);
const count = wholeNumber('seeds', values.seeds);

if (values.trace || values.only !== undefined) await replay();
else await sweepAll();

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number, not '${text}'.`);
  process.exit(2);
}

/** One seed again, line by line. */
async function replay(): Promise<void> {
  const only = values.only?.split(',').map((name) => name.trim());
  const { failure, happened } = await simulate(from, {
    only: only && new Set(only.filter((name) => name !== '')),
    trace: (line) => values.trace && console.log(line),
  });
  console.log(`seed ${from}: ${failure?.message ?? 'nothing that must not be'}; ${happened.length} troubles`);
  if (failure !== undefined) process.exitCode = 1;
}

async function sweepAll(): Promise<void> {
  const startMs = performance.now();
  const all = await inThreads(wholeNumber('workers', values.workers));
  for (const failed of all.failed.slice(0, TOLD_MAX)) await explain(failed);
  if (all.failed.length > TOLD_MAX)
    console.log(
      `also failed: ${all.failed
        .slice(TOLD_MAX)
        .map(({ seed }) => seed)
        .join(' ')}`,
    );
  console.log(`${told(all)}; ${Math.round((performance.now() - startMs) / 1000)} s`);
  if (all.failed.length > 0) process.exitCode = 1;
}

/** Hands out the seeds in parts, so that every thread is at work to the end. */
function inThreads(workers: number): Promise<Sweep> {
  const parts = Array.from({ length: Math.ceil(count / PART) }, (_, i) => ({
    from: from + i * PART,
    count: Math.min(PART, count - i * PART),
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
  return Promise.all(Array.from({ length: Math.max(1, workers) }, work)).then(() => all);
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
