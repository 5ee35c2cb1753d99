import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
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

  const scheduler = () => new SchedulerClient(clientOf(slice().emulator));
  const schedules = async () => {
    const { Schedules = [] } = await scheduler().send(new ListSchedulesCommand({}));
    const all = Schedules.map(({ Name }) => scheduler().send(new GetScheduleCommand({ Name })));
    const expressionOf = ({ ScheduleExpression = '' }) => ScheduleExpression;
    return (await Promise.all(all)).sort((a, b) => (expressionOf(a) < expressionOf(b) ? -1 : 1));
  };
  /** So that nothing changes while it is compared. */
  const switchOff = async () => {
    for (const { Name, ScheduleExpression, FlexibleTimeWindow, Target } of await schedules())
      await scheduler().send(
        new UpdateScheduleCommand({
          Name,
          ScheduleExpression,
          FlexibleTimeWindow,
          Target,
          State: 'DISABLED',
        }),
      );
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
    it('are all switched on by a deployment that says so', async () => {
      const { cdk, words } = slice();
      expect((await schedules()).map(({ State }) => State)).toEqual(['DISABLED', 'DISABLED', 'DISABLED']);
      await cdk.deploy(...words, '-c', 'schedules=on');
      expect((await schedules()).map(({ State, ScheduleExpression }) => [State, ScheduleExpression])).toEqual(
        [
          ['ENABLED', 'cron(* * * * ? *)'],
          ['ENABLED', 'cron(0 0 * * ? *)'],
          ['ENABLED', 'cron(0 4/4 * * ? *)'],
        ],
      );
    });

    // The ticks of every four hours are not waited for, and the emulator would hand over the placeholder of their
    // instant as it is written: what they hand over is asserted on the template (test/lib).
    it('start the watch each minute, which does what was asked', async () => {
      const { call, store, moveTo } = slice();
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
      await switchOff();
      // One that is at work still ends first.
      await expect.poll(watch, { timeout: MINUTE_MS }).not.toEqual({ outcome: 'held' });
      const [before, files] = [await items(), await candleFiles()];
      await cdk.destroy(...words);
      await expect(watch()).rejects.toThrow(/not found/i);
      expect(await items()).toEqual(before);
      expect(await candleFiles()).toEqual(files);
    });
  });
}
