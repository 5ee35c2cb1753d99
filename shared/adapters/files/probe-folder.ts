import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What can be done with a folder. */
export interface FolderProbe {
  readonly isThere: boolean;
  /** Why nothing can be written there, or null. */
  readonly fault: string | null;
  /** Bytes that a program of this user may still write on its disk. */
  readonly freeBytes: number | null;
}

/**
 * Writes a file into a folder and removes it, and asks how much room there is. A folder that is not there is neither
 * made nor needed: the one that it would be made in is tried.
 */
export function probeFolder(folder: string): FolderProbe {
  const isThere = existsSync(folder);
  const place = nearestThere(resolve(folder));
  const fault = statSync(place).isDirectory() ? writeFault(place) : `'${place}' is not a folder`;
  return { isThere, fault, freeBytes: freeBytesOf(place) };
}

function nearestThere(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestThere(dirname(path));
}

function writeFault(folder: string): string | null {
  const file = join(folder, `.probe-${process.pid}.tmp`);
  try {
    writeFileSync(file, 'written to see whether that works; may be deleted\n', { flag: 'wx' });
    rmSync(file);
    return null;
  } catch (error) {
    return `'${folder}' cannot be written (${codeOf(error)})`;
  }
}

function freeBytesOf(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
