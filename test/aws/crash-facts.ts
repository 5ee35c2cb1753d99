import { describe, expect, it } from 'vitest';
import { loadAccount } from '../../shared/app/account.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import type { End } from './preload.ts';
import { ACCOUNT_ID, type Slice } from './slice.ts';

const WRITES = 'DynamoDB.*(TransactWriteItems|PutItem|UpdateItem|DeleteItem)';
/** More writes than a run has: a sweep ends at the first that is not reached. */
const WRITES_MAX = 40;

const minute = (number: number) => BTC_ENTRY_MS + number * MINUTE_MS + 10_000;

/** A killed function leaves the account to the next watch. */
export function crashFacts(slice: () => Slice): void {
  /** One entry was decided, sent and filled once, is protected by one stop, and was paid for. */
  const expectOneEntry = async (when: string) => {
    const { store, results } = slice();
    const { decisions, fills, open, cash } = await results();
    const { orders, head } = await loadAccount(store, ACCOUNT_ID);
    const [fill] = fills;
    expect(
      {
        decisions: decisions.map(({ symbol, action }) => `${symbol} ${action}`),
        fills: fills.length,
        held: open.map(({ quantity }) => quantity),
        orders: [...orders.values()].map(({ value }) => [value.purpose, value.state, value.quantity]),
        cash,
        counts: [head.value.openOrders, head.value.openPositions],
      },
      when,
    ).toEqual({
      decisions: ['BTC/USD ENTER', 'ETH/USD WAIT'],
      fills: 1,
      held: [fill?.quantity],
      orders: [['stop', 'OPEN', fill?.quantity]],
      cash: unitsOf('10000') - (fill?.cost ?? 0n) - (fill?.fee ?? 0n),
      counts: [1, 1],
    });
  };

  /** Kills a function after each of its writes in turn, and lets the watches of the next minutes run. */
  const sweep = async (functionName: string, run: (write: number, end: End) => Promise<unknown>) => {
    const { wipe, forget, emulator } = slice();
    await wipe();
    for (let number = 1; number <= WRITES_MAX; number++) {
      await forget();
      const end = {
        id: `${functionName}-${number}`,
        functionName,
        request: WRITES,
        number,
        when: 'after',
      } as const;
      const ended = await run(number, end);
      if (!emulator.hasEnded(end.id)) return { writes: number - 1, ended };
      expect(ended).toEqual({ error: 'Worker process died' });
      await recover(`${functionName} killed after write ${number}`);
    }
    throw new Error(`${functionName} writes without end`);
  };

  /** A lease outlives its holder by half a minute: the watch after next finds it free. What it sends meets the minute
   * after its own, whose candle the fourth one has. */
  const recover = async (when: string) => {
    const { moveTo, nowMs, watch } = slice();
    const killedMs = Math.floor(nowMs() / MINUTE_MS) * MINUTE_MS + 10_000;
    for (const after of [1, 2, 3, 4]) {
      moveTo(killedMs + after * MINUTE_MS);
      expect(['held', 'done'].slice(after === 1 ? 0 : 1), when).toContain((await watch()).outcome);
    }
    await expectOneEntry(when);
  };

  describe('a function that is killed', () => {
    it('after any write of a tick leaves one entry, which the next watches complete', async () => {
      const { tick, moveTo } = slice();
      const { writes, ended } = await sweep('TradeTick', (_write, end) => {
        moveTo(minute(0), end);
        return tick(BTC_ENTRY_MS);
      });
      expect(ended).toEqual({ outcome: 'done' });
      // Lease, claim, decision, mark before sending, sending, what became of it, release: none was left out.
      expect(writes).toBeGreaterThanOrEqual(7);
    });

    it('after any write of a watch leaves one fill with one stop, which the next watches complete', async () => {
      const { tick, watch, moveTo } = slice();
      const { writes, ended } = await sweep('OrderWatch', async (_write, end) => {
        moveTo(minute(0));
        await tick(BTC_ENTRY_MS);
        moveTo(minute(1), end);
        return watch();
      });
      expect(ended).toEqual({ outcome: 'done' });
      expect(writes).toBeGreaterThanOrEqual(7);
    });
  });
}
