import { once } from 'node:events';
import { CommanderError } from 'commander';
import { AppError, describeError } from '../../shared/core/errors.ts';
import { type ApiKey, demoKey } from './keys.ts';
import { type LoadedMarket, loadMarket } from './load-market.ts';
import { parseOptions, type SimulatorOptions } from './options.ts';
import { greeting, summary } from './screen.ts';
import { type KrakenServer, krakenServer } from './server.ts';
import { type KrakenWorld, krakenWorld } from './world.ts';

/** Wall time between two looks at the clock. */
const STEP_MS = 100;

process.exitCode = await main(process.argv.slice(2));

/** Runs the simulator until it is told to end. @returns the exit code: 0 done, 1 failed, 2 used wrongly */
async function main(words: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(words);
    await run(options);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(describeError(error));
    return error instanceof AppError && error.code === 'usage' ? 2 : 1;
  }
}

async function run(options: SimulatorOptions): Promise<void> {
  const isNow = !options.control && options.speed === undefined;
  const loaded = await loadMarket(options, isNow ? Date.now() : undefined);
  const world = worldOf(options, loaded);
  const key = demoKey(options);
  const keepUp = options.control ? () => undefined : timeKeeper(world, options.speed ?? 1);
  const server = await listen(options, { world, key, keepUp });
  console.log(greeting(options, { loaded, server, key }));
  const timer = setInterval(keepUp, STEP_MS);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(timer);
  console.log(summary(server.report()));
  await server.close();
}

function worldOf(
  { seed, faults, balance }: SimulatorOptions,
  { market, startMs }: LoadedMarket,
): KrakenWorld {
  const assets = market.pairs.map(({ base }) => [base, 0n] as const);
  const balances = { ...Object.fromEntries(assets), ZUSD: balance };
  return krakenWorld({ seed, level: faults, market, startMs, balances });
}

async function listen(
  { port, control }: SimulatorOptions,
  { world, key, keepUp }: { readonly world: KrakenWorld; readonly key: ApiKey; readonly keepUp: () => void },
): Promise<KrakenServer> {
  const silence = control ? 'close' : 'hang';
  try {
    return await krakenServer({ world, keys: [key], port, hasControl: control, silence, keepUp });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new AppError(
      'usage',
      `Port ${port} of 127.0.0.1 cannot be used (${why}).`,
      'Give another --port; 0 takes a free one.',
      { cause: error },
    );
  }
}

/** Moves the world on as time goes, so many times as fast, and says once when its candles have ended. */
function timeKeeper(world: KrakenWorld, speed: number): () => void {
  const [startMs, startedMs] = [world.trueMs(), performance.now()];
  let hasEnded = false;
  return () => {
    world.advance(Math.floor(startMs + (performance.now() - startedMs) * speed));
    if (hasEnded || world.trueMs() < world.market.span.toMs) return;
    hasEnded = true;
    console.log('The candles have ended: time stands still now.');
  };
}
