import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import { clientOf, type Slice } from './slice.ts';

const BEFORE_MS = BTC_ENTRY_MS - 4 * HOUR_MS;

/** Ticks that come late, at the wrong time, or not at all. */
export function latenessFacts(slice: () => Slice): void {
  /** An account that did its tick of four hours before. */
  const begin = async () => {
    const { wipe, moveTo, tick } = slice();
    await wipe();
    moveTo(BEFORE_MS + 10_000);
    expect(await tick(BEFORE_MS)).toEqual({ outcome: 'done' });
  };
  const decidedAt = async (atMs: number) =>
    (await slice().results()).decisions
      .filter((decision) => decision.atMs === atMs)
      .map(({ symbol, action, codes }) => [symbol, action, ...codes]);
  const entered = [
    ['BTC/USD', 'ENTER'],
    ['ETH/USD', 'WAIT'],
  ];

  describe('a tick whose candle is not there yet', () => {
    it('decides nothing and ends well; the next watch does it', async () => {
      const { kraken, moveTo, tick, watch } = slice();
      await begin();
      kraken.withhold('4h');
      moveTo(BTC_ENTRY_MS + 6_000);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'not-ready' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual([]);
      kraken.withhold();
      moveTo(BTC_ENTRY_MS + MINUTE_MS);
      expect(await watch()).toEqual({ outcome: 'done' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual(entered);
    });
  });

  describe('a tick that nobody started', () => {
    it('is started by the watch, as long as it may still enter', async () => {
      const { moveTo, watch } = slice();
      await begin();
      moveTo(BTC_ENTRY_MS + 14 * MINUTE_MS);
      expect(await watch()).toEqual({ outcome: 'done' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual(entered);
    });

    it('is recorded as missed when that is too late, and enters nothing', async () => {
      const { moveTo, watch } = slice();
      await begin();
      moveTo(BTC_ENTRY_MS + 16 * MINUTE_MS);
      expect(await watch()).toEqual({ outcome: 'done' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual([
        ['BTC/USD', 'WAIT', 'MISSED'],
        ['ETH/USD', 'WAIT', 'MISSED'],
      ]);
    });

    it('is recorded as missed by the tick after it, which is not late', async () => {
      const { moveTo, tick } = slice();
      await begin();
      const nextMs = BTC_ENTRY_MS + 4 * HOUR_MS;
      moveTo(nextMs + 10_000);
      expect(await tick(nextMs)).toEqual({ outcome: 'done' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual([
        ['BTC/USD', 'WAIT', 'MISSED'],
        ['ETH/USD', 'WAIT', 'MISSED'],
      ]);
      expect(await decidedAt(nextMs)).toEqual([
        ['BTC/USD', 'WAIT'],
        ['ETH/USD', 'WAIT'],
      ]);
    });
  });

  describe('a tick that fails', () => {
    it('is tried again, and then lies with its event in the queue of dead letters', async () => {
      const { kraken, moveTo, leave, outputs, emulator } = slice();
      await begin();
      kraken.fail('status-500');
      moveTo(BTC_ENTRY_MS + 10_000);
      const event = { at: new Date(BTC_ENTRY_MS).toISOString() };
      await leave(outputs.TradeTickName, event);
      const queue = new SQSClient(clientOf(emulator));
      const wanted = { QueueUrl: outputs.DeadLetterQueueUrl, WaitTimeSeconds: 5 };
      const letters = async () => {
        const { Messages = [] } = await queue.send(new ReceiveMessageCommand(wanted));
        return Messages.map(({ Body = '{}' }) => JSON.parse(Body));
      };
      await expect.poll(letters, { timeout: MINUTE_MS }).toEqual([
        expect.objectContaining({
          requestPayload: event,
          responsePayload: expect.objectContaining({ errorMessage: expect.stringContaining('Kraken') }),
        }),
      ]);
      kraken.fail(undefined);
    });

    it('is done by the watch as soon as it can be', async () => {
      const { moveTo, watch } = slice();
      moveTo(BTC_ENTRY_MS + 2 * MINUTE_MS);
      expect(await watch()).toEqual({ outcome: 'done' });
      expect(await decidedAt(BTC_ENTRY_MS)).toEqual(entered);
    });
  });

  it('a tick of an instant that has not come is refused', async () => {
    const { moveTo, tick } = slice();
    moveTo(BTC_ENTRY_MS + HOUR_MS);
    expect(await tick(BTC_ENTRY_MS + 4 * HOUR_MS)).toEqual({ error: expect.stringContaining('not due') });
  });
}
