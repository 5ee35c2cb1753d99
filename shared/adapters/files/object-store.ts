import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts';
import { byBytes } from '../by-bytes.ts';
import { assertObjectKey, folderOfPrefix, isObjectKey } from '../objects/object-key.ts';
import { withWriteLock } from './write-lock.ts';

/**
 * Objects as files below `root`, a key being the path; the tag is the SHA-256 of the content.
 * Names that begin with a dot are ours (`.lock`, and `.<name>.tmp` while a file is written): no key has one.
 * Writers of one root wait for each other; readers never wait.
 *
 * @param options.waitMs how long a writer waits for others, 30 s unless told
 * @throws AppError, from every call: `state-invalid` when the files cannot be read or written; from `put`:
 *   `state-contended` when others write for longer than `waitMs`
 */
export function fileObjectStore(root: string, options: { readonly waitMs?: number } = {}): ObjectStore {
  const { waitMs = 30_000 } = options;
  return {
    get: async (key) => read(pathOf(root, key)),
    put: async (key, bytes, expect) => {
      const path = pathOf(root, key);
      return told(path, () => {
        mkdirSync(dirname(path), { recursive: true });
        return withWriteLock(join(root, '.lock'), waitMs, () => {
          if ((read(path)?.tag ?? 'absent') !== expect) return false;
          writeWhole(path, bytes);
          return true;
        });
      });
    },
    list: async (prefix) => {
      const keys = filesBelow(join(root, folderOfPrefix(prefix))).map((path) => relative(root, path));
      return keys.filter((key) => isObjectKey(key) && key.startsWith(prefix)).sort(byBytes);
    },
  };
}

function pathOf(root: string, key: string): string {
  assertObjectKey(key);
  return join(root, key);
}

function read(path: string): StoredObject | undefined {
  const bytes = told(path, () => unlessMissing(() => new Uint8Array(readFileSync(path))));
  return bytes && { bytes, tag: createHash('sha256').update(bytes).digest('hex') };
}

/** Under the lock only, so what a crash left under the same temporary name is simply written over. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  try {
    writeFileSync(temporary, bytes, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    // On a full disk half of a file would take what room is left.
    rmSync(temporary, { force: true });
    throw error;
  }
  // The name itself is durable only when its folder is.
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function filesBelow(folder: string): readonly string[] {
  const entries = told(folder, () =>
    unlessMissing(() => readdirSync(folder, { recursive: true, withFileTypes: true })),
  );
  return (entries ?? []).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** What `work` gives, or undefined when there is no such file (a folder is no object). */
function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

/** Does `work`; a refusal of the file system becomes an error that a person can act on. */
function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof AppError || code === undefined) throw error;
    if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(code)))
      throw new AppError(
        'state-invalid',
        `"${path}" does not fit on the disk (${code})`,
        'Free some space and run again; what was stored before is as it was.',
        { cause: error },
      );
    throw new AppError(
      'state-invalid',
      `"${path}" cannot be read or written (${code})`,
      'Check that you may write the folder and that no file is in the place of a folder, nor a folder in that of a file.',
      { cause: error },
    );
  }
}
