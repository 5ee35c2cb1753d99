import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { loadAccount } from '../../shared/app/account.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import { onLaptop } from './laptop.ts';
import { ACCOUNT_ID, type Slice } from './slice.ts';

/** A run of seconds after the close of a candle, then the watches of the next minutes. */
const instants = [0, 1, 2].map((minute) => BTC_ENTRY_MS + minute * MINUTE_MS + 10_000);

/** What the deployed functions trade, and that they trade it once. */
export function tradingFacts(slice: () => Slice): void {
  describe('ticks and watches in the cloud', () => {
    it('decide, fill and protect as a laptop does on the same candles', async () => {
      const { tick, watch, moveTo, wipe, results, kraken } = slice();
      await wipe();
      const [closeMs = 0, ...minutes] = instants;
      moveTo(closeMs);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'done' });
      for (const ms of minutes) {
        moveTo(ms);
        expect(await watch()).toEqual({ outcome: 'done' });
      }
      const config = loadConfig(undefined);
      const options = { config, codeVersion: '0.1.0', krakenUrl: kraken.baseUrl, account: ACCOUNT_ID };
      const laptop = await onLaptop(
        options,
        instants.map((nowMs) => ({ nowMs, before: () => moveTo(nowMs) })),
      );
      const cloud = await results();
      expect(cloud).toEqual(laptop);
      // And that is an entry with its fill: nothing would equal nothing.
      expect(cloud.decisions.map(({ symbol, action }) => [symbol, action])).toEqual([
        ['BTC/USD', 'ENTER'],
        ['ETH/USD', 'WAIT'],
      ]);
      expect([cloud.fills.length, cloud.open.length]).toEqual([1, 1]);
    });

    it('sell what falls through its stop, once, and leave nothing open', async () => {
      const { tick, watch, moveTo, wipe, results, kraken, store } = slice();
      await wipe();
      // The stop lies 6 % below the entry.
      kraken.market.jump('BTC/USD', BTC_ENTRY_MS + 2 * MINUTE_MS, 0.93);
      moveTo(BTC_ENTRY_MS + 10_000);
      await tick(BTC_ENTRY_MS);
      for (const minute of [1, 2, 3, 4]) {
        moveTo(BTC_ENTRY_MS + minute * MINUTE_MS + 10_000);
        expect((await watch()).error).toBeUndefined();
        expect((await results()).open).toHaveLength(minute < 3 ? 1 : 0);
      }
      const { fills, closed } = await results();
      expect(fills.map(({ side, reason }) => [side, reason])).toEqual([
        ['buy', 'ENTRY'],
        ['sell', 'STOP'],
      ]);
      expect(closed).toHaveLength(1);
      expect((await loadAccount(store, ACCOUNT_ID)).orders.size).toBe(0);
    });

    it('trade once when the schedule delivers the same event twice', async () => {
      const { tick, moveTo, wipe, items } = slice();
      await wipe();
      moveTo(BTC_ENTRY_MS + 10_000);
      await tick(BTC_ENTRY_MS);
      const before = await items();
      expect(before.filter((text) => text.includes('ORDER#'))).toHaveLength(1);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'done-before' });
      expect(await items()).toEqual(before);
    });

    it('trade once when two of them run at the same time: the other is told to come back', async () => {
      const { tick, moveTo, wipe, items } = slice();
      await wipe();
      // Both start a process, wait until five seconds after the close, and set out together.
      moveTo(BTC_ENTRY_MS + 1_000);
      const ended = await Promise.all([tick(BTC_ENTRY_MS), tick(BTC_ENTRY_MS)]);
      expect(ended).toContainEqual({ outcome: 'done' });
      expect(ended).toContainEqual({ error: expect.stringContaining(`'${ACCOUNT_ID}'`) });
      expect((await items()).filter((text) => text.includes('ORDER#'))).toHaveLength(1);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'done-before' });
    });
  });
}
