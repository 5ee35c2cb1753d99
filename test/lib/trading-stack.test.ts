import { describe, expect, it } from 'vitest';
import { loadDeployment } from '../../config/deployment.ts';
import {
  paperTemplates,
  propertiesOf,
  type Resource,
  resourcesOf,
  say,
  synthesise,
} from '../helpers/templates.ts';

const { trading, edge } = paperTemplates();

/** The properties of one resource whose logical id begins so. */
function only(template: typeof trading, type: string, id: string): Resource['Properties'] {
  const found = Object.entries(resourcesOf(template, type)).filter(([key]) => say({ Ref: key }) === id);
  expect(found, id).toHaveLength(1);
  return found[0]?.[1].Properties ?? {};
}

describe.each([
  ['TradeTick', 60, 512],
  ['OrderWatch', 45, 256],
])('%s', (id, timeout, memory) => {
  const properties = only(trading, 'AWS::Lambda::Function', id);

  it(`has ${timeout} s and ${memory} MB`, () => {
    expect(properties).toMatchObject({ Timeout: timeout, MemorySize: memory });
  });

  it('is told its table, its bucket and its secret, and nothing else', () => {
    const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
    expect(Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, say(value)]))).toEqual({
      STATE_TABLE: 'StateTable',
      CANDLE_BUCKET: 'CandleBucket',
      EXCHANGE_SECRET_ARN: 'ExchangeSecret',
    });
  });
});

it.each([
  ['Breakers', 25],
  ['Requests', 25],
])('%s has %i s, and is told its table only', (id, timeout) => {
  const properties = only(edge, 'AWS::Lambda::Function', id);
  expect(properties).toMatchObject({ Timeout: timeout, MemorySize: 256 });
  const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
  expect(Object.keys(Variables)).toEqual(['STATE_TABLE']);
});

// The emulator runs functions on this machine whatever processor is asked for.
it('every function runs Node 24 on arm64 and writes JSON into a log of its own, kept one month', () => {
  const functions = [trading, edge].flatMap((one) => propertiesOf(one, 'AWS::Lambda::Function'));
  expect(functions).toHaveLength(4);
  const logs = functions.map(
    ({ LoggingConfig }) => (LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref,
  );
  for (const one of functions)
    expect(one).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    });
  expect(new Set(logs).size).toBe(4);
  const groups = {
    ...resourcesOf(trading, 'AWS::Logs::LogGroup'),
    ...resourcesOf(edge, 'AWS::Logs::LogGroup'),
  };
  for (const log of logs) expect(groups[log]?.Properties).toMatchObject({ RetentionInDays: 30 });
  for (const group of Object.values(groups))
    expect(group).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
});

describe('the one queue of dead letters', () => {
  it('keeps them 14 days, encrypted, and refuses whoever comes without TLS', () => {
    expect(propertiesOf(trading, 'AWS::SQS::Queue')).toMatchObject([
      { MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true },
    ]);
    expect(propertiesOf(trading, 'AWS::SQS::QueuePolicy')).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
      },
    ]);
  });

  // The second layer: Scheduler's queue never sees a function that was started and failed.
  it.each([
    ['TradeTick', 2, 15 * 60],
    ['OrderWatch', 0, 60],
  ])('gets what %s fails at after %i retries or %i s', (id, retries, maxAgeSeconds) => {
    const all = propertiesOf(trading, 'AWS::Lambda::EventInvokeConfig');
    const [config = {}] = all.filter(({ FunctionName }) => say(FunctionName) === id);
    expect(config).toMatchObject({
      MaximumRetryAttempts: retries,
      MaximumEventAgeInSeconds: maxAgeSeconds,
      Qualifier: '$LATEST',
    });
    expect(say((config['DestinationConfig'] as Destination).OnFailure.Destination)).toBe('DeadLetters.Arn');
    expect(all).toHaveLength(2);
  });
});
interface Destination {
  readonly OnFailure: { readonly Destination: unknown };
}

interface Target {
  readonly Arn: unknown;
  readonly Input: string;
  readonly RetryPolicy: object;
  readonly DeadLetterConfig: { readonly Arn: unknown };
}
const schedulesOf = (template: typeof trading) =>
  propertiesOf(template, 'AWS::Scheduler::Schedule').map((one) => ({
    ...one,
    target: one['Target'] as Target,
  }));

describe('the schedules', () => {
  const schedules = schedulesOf(trading);

  // The emulator hands the placeholder over as it stands; Scheduler puts the instant there.
  it('are two for ticks, which are told their instant, and one for the watch each minute', () => {
    const at = '{"at":"<aws.scheduler.scheduled-time>"}';
    expect(
      schedules.map((one) => [Reflect.get(one, 'ScheduleExpression'), say(one.target.Arn), one.target.Input]),
    ).toEqual([
      ['cron(0 0 * * ? *)', 'TradeTick.Arn', at],
      ['cron(0 4/4 * * ? *)', 'TradeTick.Arn', at],
      ['cron(* * * * ? *)', 'OrderWatch.Arn', '{}'],
    ]);
  });

  it('are in UTC, to the minute, switched on, and try twice more within five minutes', () => {
    for (const one of schedules) {
      expect(one).toMatchObject({
        ScheduleExpressionTimezone: 'Etc/UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'ENABLED',
      });
      expect(one.target.RetryPolicy).toEqual({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 300 });
      expect(say(one.target.DeadLetterConfig.Arn)).toBe('DeadLetters.Arn');
    }
  });

  it('are there but off where a test says so', () => {
    const off = schedulesOf(synthesise(loadDeployment({ env: 'dev', schedules: 'off' })).trading);
    expect(off.map((one) => Reflect.get(one, 'State'))).toEqual(['DISABLED', 'DISABLED', 'DISABLED']);
  });
});

it('the functions and the queue are found by their outputs', () => {
  const said = Object.entries(trading.Outputs).filter(([id]) => !id.startsWith('Exports'));
  expect(said.map(([id, { Value }]) => [id, say(Value)])).toEqual([
    ['TradeTickName', 'TradeTick'],
    ['OrderWatchName', 'OrderWatch'],
    ['DeadLetterQueueUrl', 'DeadLetters'],
  ]);
});
