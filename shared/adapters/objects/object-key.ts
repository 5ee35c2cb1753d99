import { assert } from '../../core/assert.ts';

/** Parts between single slashes, none of them empty or hidden: so no `..`, no absolute path, none of our own files. */
export function isObjectKey(key: string): boolean {
  return key.isWellFormed() && !key.includes('\0') && key.split('/').every((part) => /^[^.]/.test(part));
}

/** @throws Error `Bug: …` on a key that not every store can hold */
export function assertObjectKey(key: string): void {
  assert(isObjectKey(key), `an object key "${key}"`);
}

/**
 * The folder that a prefix leads into, with its slash at the end; `''` is all of the store.
 * @throws Error `Bug: …` on one that leads out of it
 */
export function folderOfPrefix(prefix: string): string {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  assert(folder === '' || isObjectKey(folder.slice(0, -1)), `an object prefix "${prefix}"`);
  return folder;
}
