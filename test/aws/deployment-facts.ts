import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { waitingRequests } from '../../shared/app/ask.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS, ETH_ENTRY_MS } from './kraken.ts';
import { ACCOUNT_ID, clientOf, type Slice } from './slice.ts';

/** The emulator looks at its schedules every ten seconds. */
const FIRED_MS_MAX = MINUTE_MS + 30_000;
const CHANGED = 'trading:\n  risk: { riskPerTrade: 0.01 }\n';

/** What a later deployment changes, and what it must leave alone. */
export function deploymentFacts(slice: () => Slice): void {
  const riskAt = async (atMs: number) =>
    (await slice().results()).decisions.filter((one) => one.atMs === atMs).map(({ size }) => size?.risk);
  const candleFiles = async () => {
    const { emulator, outputs } = slice();
    const client = new S3Client({ ...clientOf(emulator), forcePathStyle: true });
    const Bucket = outputs.CandleBucketName;
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    const sizes = Contents.map(async ({ Key }) => [
      Key,
      (await client.send(new HeadObjectCommand({ Bucket, Key }))).ETag,
    ]);
    return Promise.all(sizes);
  };

  describe('a second deployment', () => {
    it('with another config keeps state and candles', async () => {
      const { cdk, words, wipe, moveTo, tick, items } = slice();
      await wipe();
      moveTo(BTC_ENTRY_MS + 10_000);
      await tick(BTC_ENTRY_MS);
      const [before, files] = [await items(), await candleFiles()];
      expect(before.length).toBeGreaterThan(10);
      expect(files.length).toBeGreaterThan(4);
      cdk.write('config/environments/dev.yaml', CHANGED);
      expect((await cdk.diff(...words, '-c', 'schedules=off')).code).toBe(1);
      await cdk.deploy(...words, '-c', 'schedules=off');
      expect(await items()).toEqual(before);
      expect(await candleFiles()).toEqual(files);
    });

    it('trades by the new config, and carries on what the old one began', async () => {
      const { moveTo, watch, tick, results } = slice();
      for (const minute of [1, 2]) {
        moveTo(BTC_ENTRY_MS + minute * MINUTE_MS + 10_000);
        expect(await watch()).toEqual({ outcome: 'done' });
      }
      expect((await results()).open.map(({ plan }) => plan.symbol)).toEqual(['BTC/USD']);
      moveTo(ETH_ENTRY_MS + 10_000);
      expect(await tick(ETH_ENTRY_MS)).toEqual({ outcome: 'done' });
      expect(await riskAt(BTC_ENTRY_MS)).toEqual([0.005, undefined]);
      expect(await riskAt(ETH_ENTRY_MS)).toEqual([undefined, 0.01]);
    });

    it('leaves nothing to deploy: the difference is empty', async () => {
      const { cdk, words } = slice();
      const { code, output } = await cdk.diff(...words, '-c', 'schedules=off');
      expect(output).toContain('Number of stacks with differences: 0');
      expect(code).toBe(0);
    });
  });

  describe('the schedules', () => {
    // The ticks of every four hours are not waited for: their times and what they hand over are asserted on the
    // template (test/lib), because the emulator hands the placeholder of the instant over as it is written.
    it('start the watch each minute, which does what was asked', async () => {
      const { cdk, words, call, store, moveTo } = slice();
      await cdk.deploy(...words, '-c', 'schedules=on');
      moveTo(ETH_ENTRY_MS + 3 * MINUTE_MS);
      const wish = { kind: 'capital', amount: '2500', why: 'to see whether anybody comes' };
      expect((await call('POST /requests', { body: wish })).status).toBe(202);
      expect(await waitingRequests(store, ACCOUNT_ID)).toHaveLength(1);
      const endMs = performance.now() + FIRED_MS_MAX;
      while (performance.now() < endMs && (await waitingRequests(store, ACCOUNT_ID)).length > 0)
        await sleep(1000);
      expect(await waitingRequests(store, ACCOUNT_ID)).toEqual([]);
    });
  });

  describe('a destroyed deployment', () => {
    it('leaves its table and its bucket as they were, and nothing that runs', async () => {
      const { cdk, words, items, watch } = slice();
      // The schedules go first, so that nothing changes while it is compared.
      await cdk.deploy(...words, '-c', 'schedules=off');
      const [before, files] = [await items(), await candleFiles()];
      await cdk.destroy(...words);
      await expect(watch()).rejects.toThrow(/not found/i);
      expect(await items()).toEqual(before);
      expect(await candleFiles()).toEqual(files);
    });
  });
}
