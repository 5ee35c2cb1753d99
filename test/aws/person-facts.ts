import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { walk } from '../helpers/candles.ts';
import { spawnCli, temporaryFolder } from '../helpers/cli.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import type { Slice } from './slice.ts';

/** What the program prints, as far as more than its equality is looked at. */
interface Printed {
  readonly capital: string;
  readonly breakers: readonly { readonly scope: string; readonly version: number }[];
  readonly requests: readonly { readonly what: string }[];
  readonly pushed: readonly { readonly contentHash: string; readonly storedHash: string }[];
}

/** What a person does from a command line, with credentials of the account. */
export function personFacts(slice: () => Slice): void {
  const { folder, remove } = temporaryFolder();
  afterAll(remove);
  const cli = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await spawnCli([...words, '--env', 'dev'], slice().emulator.variables);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const jsonOf = async (...words: readonly string[]): Promise<Printed> =>
    JSON.parse(await cli(...words, '--json'));

  describe('the command line at a deployed environment', () => {
    beforeAll(async () => {
      const { wipe, moveTo, tick, watch } = slice();
      await wipe();
      moveTo(BTC_ENTRY_MS + 10_000);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'done' });
      for (const minute of [1, 2]) {
        moveTo(BTC_ENTRY_MS + minute * MINUTE_MS + 10_000);
        await watch();
      }
    });

    it('says what is held, that its stop rests, and why it was bought', async () => {
      const status = await jsonOf('status');
      expect(status).toMatchObject({
        account: 'paper-kraken',
        mode: 'paper',
        positions: [{ symbol: 'BTC/USD', isStopResting: true }],
      });
      const why = await jsonOf('why', 'BTC/USD');
      expect(why).toMatchObject({ symbol: 'BTC/USD', action: 'ENTER', atMs: BTC_ENTRY_MS });
      expect(await cli('status')).toContain('env dev');
    });

    it('trips and resets a breaker and moves capital, which the next watch carries out', async () => {
      const { watch, moveTo } = slice();
      await cli('breaker', 'trip', 'manual', '--why', 'a look');
      const { breakers } = await jsonOf('breaker', 'list');
      const manual = breakers.find(({ scope }) => scope === 'manual');
      expect(manual).toMatchObject({ isTripped: true, why: 'a look' });
      await cli('breaker', 'reset', 'manual', '--version', `${manual?.version}`, '--why', 'looked');
      await cli('capital', 'add', '500', '--why', 'more');
      const waiting = (await jsonOf('breaker', 'list')).requests;
      expect(waiting.map(({ what }) => what)).toEqual(['trip manual', 'reset manual', 'add 500.00 USD']);
      moveTo(BTC_ENTRY_MS + 3 * MINUTE_MS + 10_000);
      await watch();
      const { capital, requests } = await jsonOf('status');
      expect([capital, requests]).toEqual(['10500', []]);
    });

    it('pushes candles, which are there then with the same content, and writes nothing twice', async () => {
      // January 2024: long before what Kraken gives.
      const candles = walk(7, 180);
      const here = parquetCandleStore(fileObjectStore(join(folder, 'candles')), 'kraken');
      const provenance = { source: 'csv', name: 'old.csv', sha256: 'f'.repeat(64) };
      await here.append({ symbol: 'BTC/USD', timeframe: '4h', candles, provenance });
      const push = () => jsonOf('candles', 'push', '--data', folder);
      const { pushed } = await push();
      expect(pushed).toMatchObject([{ symbol: 'BTC/USD', timeframe: '4h', added: 180, difference: null }]);
      expect(pushed[0]?.storedHash).toBe(pushed[0]?.contentHash);
      expect((await push()).pushed).toMatchObject([{ added: 0, difference: null }]);
    });
  });
}
