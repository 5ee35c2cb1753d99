import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../../shared/adapters/files/object-store.ts';
import { killAfter, startProcess } from '../../processes/start-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'object-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode('content');

describe('processes that share a folder of objects', () => {
  it('lose no line when they append to one object', async () => {
    const root = join(folder, 'appended');
    const names = ['one', 'two', 'three'];
    const workers = names.map((name) => startProcess('append-lines.ts', root, name, '500'));
    for (const { complaints } of workers) expect(await complaints).toBe('');
    const outcomes: { lines: number; lost: number }[] = await Promise.all(
      workers.map(async ({ output }) => JSON.parse(await output)),
    );

    const found = await fileObjectStore(root).get('lines.txt');
    const lines = new TextDecoder().decode(found?.bytes).trim().split('\n');
    for (const [index, name] of names.entries()) {
      const own = lines.filter((line) => line.startsWith(`${name} `));
      expect(own).toEqual(Array.from({ length: outcomes[index]?.lines ?? 0 }, (_, n) => `${name} ${n}`));
    }
    // They did meet, or the case proves nothing.
    expect(outcomes.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
  });

  it('show a reader whole objects only, and leave one when they are killed', async () => {
    const root = join(folder, 'replaced');
    const store = fileObjectStore(root);
    for (const killAfterMs of [0, 15, 30]) {
      const { child, complaints } = startProcess('replace-object.ts', root);
      const killed = killAfter(child, killAfterMs);
      while (child.signalCode === null && child.exitCode === null) {
        const found = await store.get('whole.bin');
        expect(new Set(found?.bytes).size).toBeLessThanOrEqual(1);
        await new Promise(setImmediate);
      }
      await killed;
      expect(await complaints).toBe('');
      expect(await store.list('')).toEqual(['whole.bin']);
      const left = await store.get('whole.bin');
      expect(left?.bytes).toHaveLength(200_000);
      expect(new Set(left?.bytes).size).toBe(1);
      expect(await store.put('whole.bin', new Uint8Array(200_000), left?.tag ?? 'absent')).toBe(true);
    }
  });

  it('wait for a writer for a while only, and not at all for a dead one', async () => {
    const root = join(folder, 'held');
    mkdirSync(root);
    const lock = join(root, '.lock');
    const { child } = startProcess('hold-write-lock.ts', lock);
    await once(child.stdout, 'readable');
    const store = fileObjectStore(root, { waitMs: 60 });
    await expect(store.put('a.txt', bytes, 'absent')).rejects.toMatchObject({
      code: 'state-contended',
      message: `another program has held the lock "${lock}" for more than 0.06 s`,
    });
    expect(await store.get('a.txt')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await store.put('a.txt', bytes, 'absent')).toBe(true);
  });
});
