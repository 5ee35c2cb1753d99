import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { ACCOUNT, REGION } from './emulator.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import { clientOf, type Slice } from './slice.ts';

const lineSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.looseObject({}).optional() })),
});
const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

/** The metrics in the lines that functions printed, as an alarm names them. */
function printed(log: string) {
  const lines = log.split('\n').filter((line) => line.startsWith('{"_aws"'));
  return lines.map((text) => {
    const line = lineSchema.parse(JSON.parse(text));
    const metrics = line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name }) => ({
        Namespace,
        MetricName: Name,
        Dimensions: Dimensions.flat().map((name) => ({ Name: name, Value: line[name] })),
        value: line[Name],
      })),
    );
    return metrics;
  });
}

/** What a person is told without asking. */
export function alarmFacts(slice: () => Slice): void {
  describe('what the watch prints', () => {
    it('is what the alarms look at: namespace, name and dimension', async () => {
      const { emulator, cdk, watch, wipe, moveTo } = slice();
      await wipe();
      moveTo(BTC_ENTRY_MS - HOUR_MS);
      await watch();
      const [last = []] = printed(emulator.log()).slice(-1);
      const { Resources } = templateSchema.parse(JSON.parse(cdk.template('hot-crypto-dev-observability')));
      const watched = Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
        .map(({ Properties }) => metricSchema.safeParse(Properties).data)
        .filter((metric) => metric?.Namespace.startsWith('HotCrypto/'));
      expect(watched).toHaveLength(2);
      for (const alarm of watched)
        expect(last.map(({ value: _, ...metric }) => metric)).toContainEqual(alarm);
    });

    it('counts the ticks that are overdue while Kraken is away, which is no failure', async () => {
      const { emulator, watch, moveTo, kraken } = slice();
      kraken.fail('status-500');
      moveTo(BTC_ENTRY_MS + 20 * MINUTE_MS);
      expect(await watch()).toEqual({ outcome: 'source-unavailable' });
      kraken.fail(undefined);
      const [last = []] = printed(emulator.log()).slice(-1);
      // Of the candles of 4h and of 1d.
      expect(last).toContainEqual(expect.objectContaining({ MetricName: 'TicksOverdue', value: 2 }));
    });
  });

  // Lines do not become metrics on the emulator, and it takes silence for health: that an engine which says nothing
  // is late, and what the other five alarms look at, is asserted on the template (test/lib).
  it('an overdue tick in three periods is told to whoever listens at the topic', async () => {
    const { emulator, outputs } = slice();
    const client = clientOf(emulator);
    const queue = new SQSClient(client);
    const { QueueUrl = '' } = await queue.send(new CreateQueueCommand({ QueueName: 'person' }));
    await new SNSClient(client).send(
      new SubscribeCommand({
        TopicArn: outputs.AlarmTopicArn,
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:${REGION}:${ACCOUNT}:person`,
      }),
    );
    const metric = {
      MetricName: 'TicksOverdue',
      Dimensions: [{ Name: 'service', Value: 'hot-crypto' }],
      Value: 1,
    };
    const now = Date.now();
    const MetricData = [10, 5, 0].map((ago) => ({ ...metric, Timestamp: new Date(now - ago * MINUTE_MS) }));
    await new CloudWatchClient(client).send(
      new PutMetricDataCommand({ Namespace: 'HotCrypto/dev', MetricData }),
    );
    const told = async () => {
      const { Messages = [] } = await queue.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      return Messages.map(({ Body = '{}' }) => JSON.parse(JSON.parse(Body).Message));
    };
    await expect.poll(told, { timeout: 30_000 }).toContainEqual(
      expect.objectContaining({
        NewStateValue: 'ALARM',
        AlarmDescription: expect.stringContaining('docs/operations.md#engine-late'),
      }),
    );
  });
}
