import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../../shared/adapters/sqlite/state-store.ts';
import { wholeEntries } from '../../helpers/entries.ts';
import { killAfter, startProcess } from '../../processes/start-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'state-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('processes that share a state file', () => {
  it.each([2, 8])(
    'lose nothing and never see it locked: %i that begin at once on a new file',
    async (count) => {
      const file = join(folder, `shared-by-${count}`, 'state.sqlite');
      const workers = Array.from({ length: count }, () => startProcess('move-units.ts', file, '700'));
      const complaints = await Promise.all(workers.map((worker) => worker.complaints));
      expect(complaints).toEqual(workers.map(() => ''));
      const outcomes: { won: number; lost: number }[] = (
        await Promise.all(workers.map((worker) => worker.output))
      ).map((line) => JSON.parse(line));

      const store = sqliteStateStore({ file, durability: 'relaxed' });
      const [left, right] = await store.query('COUNTERS');
      store.close();
      const won = outcomes.reduce((sum, outcome) => sum + outcome.won, 0);
      const lost = outcomes.reduce((sum, outcome) => sum + outcome.lost, 0);
      expect(left).toMatchObject({ sk: 'LEFT', version: won, body: { units: -won } });
      expect(right).toMatchObject({ sk: 'RIGHT', version: won, body: { units: won } });
      // They did meet, or the case proves nothing.
      expect(lost).toBeGreaterThan(0);
    },
  );

  it('make, open and close files at the same instants without a word about locks', async () => {
    const root = join(folder, 'opened');
    const names = ['1', '2', '3', '4', '5', '6'];
    const startMs = String(Date.now() + 600);
    const workers = names.map((name) => startProcess('open-many.ts', root, name, '40', startMs));
    for (const { complaints } of workers) expect(await complaints).toBe('');
    for (let n = 0; n < 40; n += 1) {
      const store = sqliteStateStore({ file: join(root, `${n}.sqlite`), durability: 'relaxed' });
      expect((await store.query('OPENED')).map(({ sk }) => sk)).toEqual(names);
      store.close();
    }
  });

  it.each(['full', 'relaxed'] as const)(
    'keep whole what was confirmed before a kill, and nothing in halves: %s',
    async (durability) => {
      const file = join(folder, durability, 'state.sqlite');
      for (const killAfterMs of [0, 40, 90]) {
        const { child, output, complaints } = startProcess('write-entries.ts', file, durability);
        await killAfter(child, killAfterMs);
        expect(await complaints).toBe('');
        const confirmed = Number((await output).trim().split('\n').at(-1));

        const store = sqliteStateStore({ file, durability });
        // The kill may have come between the commit and the word about it.
        expect([confirmed, confirmed + 1]).toContain(await wholeEntries(store));
        store.close();
      }
    },
  );
});
