import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../shared/core/errors.ts';
import { isoInstant } from '../../shared/core/market/calendar.ts';
import type { SimulatorReport } from '../kraken-simulator/report.ts';
import type { EndToEndOptions } from './options.ts';

const root = resolve(import.meta.dirname, '../..');

/** A program under way, with all that it has said. */
export interface Running {
  readonly child: ChildProcess;
  said(): string;
  /** Exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

function run(
  words: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: object },
): Running {
  const child = spawn(process.execPath, [...words], {
    cwd,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', LOG_LEVEL: 'debug', ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  return { child, said: () => said, ended };
}

/** A simulated Kraken whose time stands still until somebody waits. */
export interface Simulator {
  readonly baseUrl: string;
  readonly key: { readonly apiKey: string; readonly secret: string };
  nowMs(): Promise<number>;
  report(): Promise<SimulatorReport>;
  post(action: string, body: object): Promise<void>;
  end(): Promise<string>;
}

const stateSchema = z.looseObject({ nowMs: z.number() });

/** Starts the simulator and reads from its screen what a person would read. */
export async function startSimulator(options: EndToEndOptions, cwd: string): Promise<Simulator> {
  const { seed, faults, start, candles } = options;
  const files = candles.map((file) => resolve(file));
  const words = [
    '--seed',
    `${seed}`,
    '--faults',
    faults,
    '--start',
    isoInstant(start).slice(0, 10),
    '--control',
    '--port',
    '0',
  ];
  const main = join(root, 'test/kraken-simulator/main.ts');
  const running = run([main, ...words, '--balance', '20000', '--tier', 'pro', '--candles', ...files], {
    cwd,
  });
  const printed = async (name: string): Promise<string> => {
    for (;;) {
      const found = new RegExp(`^${name}=(.+)$`, 'm').exec(running.said())?.[1];
      if (found !== undefined) return found;
      if (running.child.exitCode !== null)
        throw new AppError('usage', 'The simulator did not start.', running.said().trim());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const baseUrl = await printed('HOT_CRYPTO_KRAKEN_URL');
  const key = { apiKey: await printed('EXCHANGE_API_KEY'), secret: await printed('EXCHANGE_API_SECRET') };
  const ask = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await fetch(`${baseUrl}/simulator/${path}`, init)).json();
  return {
    baseUrl,
    key,
    nowMs: async () => stateSchema.parse(await ask('state')).nowMs,
    report: async () => (await ask('report')) as SimulatorReport,
    post: async (action, body) => {
      await ask(action, { method: 'POST', body: JSON.stringify(body) });
    },
    async end() {
      running.child.kill('SIGINT');
      await running.ended;
      return running.said();
    },
  };
}

/** The program as a person has it on a machine whose clock is the simulator's. */
export interface Trader {
  /** Runs a command to its end. */
  command(...words: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }>;
  start(): Running;
  readonly dataFolder: string;
}

const FLAG = '--i-understand-that-real-money-is-traded';

/** Trades more often than the default, at the address of the simulator. */
const configOf = (baseUrl: string) => `mode: live
kraken: { tier: pro, baseUrl: "${baseUrl}" }
ensemble: { threshold: 0.8, minSupporters: 1, minFamilies: 1 }
risk: { cooldownMinutes: 0, dailyLossMax: 0.1, drawdownMax: 0.3 }
breakers: { losses: 20 }
`;

/** Writes down what a person would: the key in `.env`, the address in a config. */
export function traderAt({ baseUrl, key }: Simulator, folder: string): Trader {
  const dataFolder = join(folder, 'data');
  const config = join(folder, 'live.yaml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, configOf(baseUrl));
  const secrets = `EXCHANGE_API_KEY=${key.apiKey}\nEXCHANGE_API_SECRET=${key.secret}\n`;
  writeFileSync(join(folder, '.env'), secrets, { mode: 0o600 });
  const clock = join(root, 'test/end-to-end/simulated-clock.ts');
  const env = { SIMULATOR_URL: baseUrl };
  const begin = (...words: readonly string[]) =>
    run(['--import', clock, join(root, 'cli/main.ts'), ...words, '--config', config, '--data', dataFolder], {
      cwd: folder,
      env,
    });
  return {
    dataFolder,
    async command(...words) {
      const running = begin(...words);
      return { code: await running.ended, said: running.said() };
    },
    start: () => begin('start', FLAG),
  };
}

export const ONCE = ['start', FLAG, '--once'] as const;
