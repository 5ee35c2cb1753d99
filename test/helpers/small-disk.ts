import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk so small that a test can fill it. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left but some bytes. */
  fill(leftBytes?: number): void;
  /** Gives back what `fill` took. */
  clear(): void;
  /** Unmounts it; all that it held is gone. */
  remove(): void;
}

/** Said where a test is skipped for want of a disk. */
export const NO_SMALL_DISK =
  'No small disk can be mounted here: that takes root on Linux. test/cli/file-limit.test.ts runs everywhere.';

/** Mounts a small disk in memory. @returns undefined where that is not allowed */
export function smallDisk(bytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill(leftBytes = 0) {
      writeFileSync(ballast, '');
      const left = join(folder, 'left');
      writeFileSync(left, Buffer.alloc(leftBytes, 1));
      for (let isFull = false; !isFull; ) {
        try {
          appendFileSync(ballast, Buffer.alloc(4096, 1));
        } catch {
          isFull = true;
        }
      }
      rmSync(left);
    },
    clear: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
