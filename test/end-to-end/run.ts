import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf } from '../../shared/core/market/random.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { ledgerSchema, type Verdict, verdictOf } from './compare.ts';
import type { EndToEndOptions } from './options.ts';
import { ONCE, type Running, type Simulator, startSimulator, type Trader, traderAt } from './programs.ts';

const TICK_MS = 4 * HOUR_MS;
const SETTLES_MS = 30 * MINUTE_MS;
const WHY = ['--why', 'end to end'];

/** What a run came to. */
export interface EndToEnd extends Verdict {
  readonly ticks: number;
  readonly kills: number;
  /** How often the program ended by itself, as when the exchange was away at its start, and was started again. */
  readonly restarts: number;
}

/** Lets the live program trade on a simulated Kraken, kills it now and then, and compares their books. */
export async function endToEnd(
  options: EndToEndOptions,
  tell: (line: string) => void = () => undefined,
): Promise<EndToEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'end-to-end-'));
  const simulator = await startSimulator(options, folder);
  try {
    const trader = traderAt(simulator, join(folder, 'home'));
    const said = [await armed(simulator, trader)];
    const played = await play({ simulator, trader, options, said, tell });
    const { fills } = ledgerSchema.parse(JSON.parse((await told(trader, 'show', 'fills', '--json')).said));
    const verdict = verdictOf(await simulator.report(), fills, played.killedMs);
    const leaks = secretsIn(simulator, [...said, ...filesBelow(trader.dataFolder)]);
    return {
      ...verdict,
      faults: [...verdict.faults, ...leaks],
      lines: [...verdict.lines, `secrets   ${leaks.length} found in ${played.files} outputs and files`],
      ticks: options.ticks,
      kills: played.killedMs.length,
      restarts: played.restarts,
    };
  } finally {
    await simulator.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first start, capital, and the reset that allows entries: before anything goes wrong. */
async function armed({ post, nowMs }: Simulator, trader: Trader): Promise<string> {
  await post('faults', { level: 'none' });
  await post('advance', { toMs: (await nowMs()) + MINUTE_MS });
  const all: string[] = [];
  for (const words of [
    ONCE,
    ['capital', 'add', '10000', ...WHY],
    ['breaker', 'reset', 'manual', '--version', '0', ...WHY],
    ONCE,
  ])
    all.push((await told(trader, ...words)).said);
  return all.join('\n');
}

async function told(trader: Trader, ...words: readonly string[]) {
  const done = await trader.command(...words);
  if (done.code !== 0) throw new Error(`${words.join(' ')} ended with ${done.code}:\n${done.said}`);
  return done;
}

interface Played {
  readonly simulator: Simulator;
  readonly trader: Trader;
  readonly options: EndToEndOptions;
  readonly said: string[];
  readonly tell: (line: string) => void;
}

async function play({ simulator, trader, options, said, tell }: Played) {
  const { ticks, kills, seed, faults } = options;
  const random = randomOf(seed, 'kills');
  const startMs = await simulator.nowMs();
  const endMs = startMs + ticks * TICK_MS;
  const due = Array.from({ length: kills }, () => startMs + random.uniform() * (endMs - startMs)).sort(
    (a, b) => a - b,
  );
  const killedMs: number[] = [];
  let restarts = 0;
  let running: Running | undefined;
  const restart = async () => {
    if (running?.child.exitCode === null && running.child.signalCode === null) return;
    if (running !== undefined) said.push(running.said());
    if (running?.child.signalCode === null) {
      restarts++;
      await simulator.post('advance', { toMs: (await simulator.nowMs()) + MINUTE_MS });
    }
    running = trader.start();
  };
  await simulator.post('faults', { level: faults });
  let nextTold = 0;
  for (let nowMs = startMs; nowMs < endMs + SETTLES_MS; nowMs = await simulator.nowMs()) {
    await restart();
    if (nowMs >= endMs) await simulator.post('faults', { level: 'none' });
    if (due[0] !== undefined && nowMs >= due[0]) {
      due.shift();
      await sleep(30 * random.uniform());
      killedMs.push(await simulator.nowMs());
      running?.child.kill('SIGKILL');
      await running?.ended;
      tell(`killed at ${new Date(nowMs).toISOString().slice(0, 16)}`);
    }
    const done = Math.floor((nowMs - startMs) / TICK_MS);
    if (done >= nextTold) tell(`${done} ticks`);
    if (done >= nextTold) nextTold = done + 50;
    await sleep(10);
  }
  running?.child.kill('SIGTERM');
  await running?.ended;
  said.push(running?.said() ?? '');
  return { killedMs, restarts, files: said.length + filesBelow(trader.dataFolder).length };
}

/** Whatever a run wrote down. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
}

function secretsIn({ key }: Simulator, texts: readonly string[]): readonly string[] {
  const raw = Buffer.from(key.secret, 'base64').toString('latin1');
  const hidden = {
    key: key.apiKey,
    secret: key.secret,
    'half of the secret': key.secret.slice(0, 24),
    'raw secret': raw,
  };
  return Object.entries(hidden)
    .filter(([, secret]) => texts.some((text) => text.includes(secret)))
    .map(([name]) => `the ${name} stands in what the run wrote`);
}
