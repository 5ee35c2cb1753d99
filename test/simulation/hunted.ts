import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How many seeds happened, and what the last of them failed with. */
export interface Hunted {
  readonly seeds: number;
  readonly message: string | null;
}

/** Seeds in a process of its own, whose sources have a mistake; none for a title that no mistake has. */
export async function hunted(title: string, from: number, count: number): Promise<Hunted> {
  const file = join(import.meta.dirname, 'hunt.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [file, title, String(from), String(count)]);
  return JSON.parse(stdout);
}
