import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { runProgram } from '../../cli/program.ts';

/** What a command line said, and how it ended. */
export interface Outcome {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

/** Nothing listens there: no test reaches the real exchange. */
export const NOWHERE = 'http://127.0.0.1:9';

/** Starts `hot-crypto` in a process of its own. @param cwd the folder that it is started in, else ours */
export function startCli(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  cwd?: string,
): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...inherited, HOT_CRYPTO_KRAKEN_URL: NOWHERE, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      said[stream] += chunk;
    });
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...said }));
  return { child, ended };
}

/** Runs a command line in a process of its own, which costs a third of a second. */
export function spawnCli(...args: Parameters<typeof startCli>): Promise<Outcome> {
  return startCli(...args).ended;
}

/** Runs a command line in this process. Not two at once: both would write to the same output. */
export async function runCli(...words: readonly string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      said[stream] += String(chunk);
      return true;
    }),
  );
  vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', process.env['HOT_CRYPTO_KRAKEN_URL'] ?? NOWHERE);
  try {
    return { code: await runProgram(words), ...said };
  } finally {
    process.exitCode = undefined;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs a command line in this process and reads the JSON that it prints. */
export async function jsonOf(...words: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(...words, '--json');
  if (stderr !== '') throw new Error(`${words.join(' ')} said: ${stderr}`);
  return code === 0 ? JSON.parse(stdout) : undefined;
}

/** A folder of this test file, removed by `remove`. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'hot-crypto-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Every file below a folder with its bytes, as text; empty when there is no folder. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  if (!statSync(folder, { throwIfNoEntry: false })) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}
