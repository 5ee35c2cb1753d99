import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Starts a program of this folder; what it says and complains of is complete when it has ended. */
export function startProcess(program: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, output: text(child.stdout), complaints: text(child.stderr) };
}

/** Kills a program that has begun to speak, as a power switch would, some time after its first word. */
export async function killAfter(child: ChildProcess, delayMs: number): Promise<void> {
  if (child.stdout) await once(child.stdout, 'readable');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
