import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDeployment } from '../../config/deployment.ts';
import { allResources, paperTemplates, propertiesOf, say, synthesise } from '../helpers/templates.ts';

const { observability, trading } = paperTemplates();
const alarms = propertiesOf(observability, 'AWS::CloudWatch::Alarm');

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}
const dimensionsOf = (alarm: (typeof alarms)[number]) =>
  ((alarm['Dimensions'] ?? []) as readonly Dimension[])
    .map(({ Name, Value }) => `${Name}=${say(Value)}`)
    .join();

/** The section of the runbook that the description names, after its anchor. */
const sectionOf = (alarm: (typeof alarms)[number]) =>
  /See (docs\/[a-z]+\.md)#([a-z-]+)$/.exec(String(alarm['AlarmDescription']))?.slice(1) ?? [];

// aws.md §6, its table. The emulator turns no log line into a metric and never looks at missing data.
const table = [
  [
    'engine-late',
    'HotCrypto/paper',
    'TicksOverdue',
    'service=hot-crypto',
    'Maximum',
    300,
    1,
    3,
    3,
    'breaching',
  ],
  [
    'position-unprotected',
    'HotCrypto/paper',
    'PositionsUnprotected',
    'service=hot-crypto',
    'Maximum',
    60,
    1,
    3,
    3,
    'notBreaching',
  ],
  [
    'dead-letters',
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    'QueueName=DeadLetters.QueueName',
    'Maximum',
    300,
    1,
    1,
    1,
    'notBreaching',
  ],
  ['watch-failing', 'AWS/Lambda', 'Errors', 'FunctionName=OrderWatch', 'Sum', 300, 3, 1, 1, 'notBreaching'],
  ['throttled', 'AWS/Lambda', 'Throttles', '', 'Sum', 300, 1, 2, 3, 'notBreaching'],
  // Four fifths of the 60 s of a tick.
  [
    'tick-slow',
    'AWS/Lambda',
    'Duration',
    'FunctionName=TradeTick',
    'Maximum',
    300,
    48_000,
    1,
    1,
    'notBreaching',
  ],
] as const;

describe('the alarms', () => {
  it('are the six of the table', () => {
    const found = alarms.map((one) => [
      sectionOf(one)[1],
      one['Namespace'],
      one['MetricName'],
      dimensionsOf(one),
      one['Statistic'],
      one['Period'],
      one['Threshold'],
      one['DatapointsToAlarm'],
      one['EvaluationPeriods'],
      one['TreatMissingData'],
    ]);
    expect(found).toEqual(table);
    for (const one of alarms) expect(one['ComparisonOperator']).toBe('GreaterThanOrEqualToThreshold');
  });

  it('tell a person when they begin and when they are over', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect([AlarmActions, OKActions].map((list) => (list as unknown[]).map(say))).toEqual([
        ['AlarmTopic'],
        ['AlarmTopic'],
      ]);
    }
  });

  it('name a section of the runbook that is there', () => {
    expect(alarms).not.toEqual([]);
    for (const one of alarms) {
      const [file = '', section = ''] = sectionOf(one);
      const path = join(import.meta.dirname, '../..', file);
      expect(existsSync(path), file).toBe(true);
      expect(readFileSync(path, 'utf8').split('\n'), section).toContain(`## ${section}`);
    }
  });

  it('look at two metrics of our own, which is what is paid for', () => {
    const ours = alarms.filter(({ Namespace }) => String(Namespace).startsWith('HotCrypto'));
    expect(new Set(ours.map(({ MetricName }) => MetricName)).size).toBe(2);
    const types = allResources(paperTemplates()).map(({ Type }) => Type);
    expect(types.filter((type) => type.includes('MetricFilter'))).toEqual([]);
    expect(types.filter((type) => type === 'AWS::CloudWatch::Alarm')).toHaveLength(6);
  });

  it('look at the slow tick against the time that it really has', () => {
    const timeouts = propertiesOf(trading, 'AWS::Lambda::Function').map(({ Timeout }) => Number(Timeout));
    const slow = alarms.find((one) => sectionOf(one)[1] === 'tick-slow');
    expect(slow?.['Threshold']).toBe(Math.max(...timeouts) * 1000 * 0.8);
  });
});

describe('the topic', () => {
  const [policy = {}] = propertiesOf(observability, 'AWS::SNS::TopicPolicy');
  const { Statement: statements } = policy['PolicyDocument'] as { Statement: readonly object[] };

  it('refuses whoever comes without TLS', () => {
    expect(statements[0]).toMatchObject({
      Effect: 'Deny',
      Action: 'sns:Publish',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  // The emulator asks no topic for its policy: there an alarm would be heard without this.
  it('lets alarms of this account speak, and nobody else', () => {
    expect(statements).toHaveLength(2);
    expect(statements[1]).toMatchObject({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
    });
    const condition: unknown = Reflect.get(statements[1] ?? {}, 'Condition');
    const source = (condition as { ArnLike: Record<string, unknown> }).ArnLike['aws:SourceArn'];
    expect(say(source)).toBe('arn:AWS::Partition:cloudwatch:AWS::Region:AWS::AccountId:alarm:*');
  });

  it('writes to the address of the environment, and to nobody when it has none', () => {
    const subscribed = (alarmEmail: string | undefined) =>
      propertiesOf(
        synthesise({ ...loadDeployment({ env: 'paper' }), alarmEmail }).observability,
        'AWS::SNS::Subscription',
      );
    expect(subscribed(undefined)).toEqual([]);
    expect(subscribed('me@example.com')).toMatchObject([{ Protocol: 'email', Endpoint: 'me@example.com' }]);
  });

  it('is found by its output', () => {
    expect(say(observability.Outputs['AlarmTopicArn']?.Value)).toBe('AlarmTopic');
  });
});
