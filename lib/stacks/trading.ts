import { CfnOutput, Duration } from 'aws-cdk-lib';
import { ContextAttribute } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { tickCrons } from '../../config/tick-crons.ts';
import type { Bundles } from '../bundle.ts';
import { EngineFunction } from '../constructs/engine-function.ts';
import { EngineSchedule } from '../constructs/engine-schedule.ts';
import { mayKeepCandles, mayReadSecret, mayTrade } from '../grants.ts';
import type { DataStack } from './data.ts';
import { EngineStack } from './engine-stack.ts';

/** How long a tick may take; the alarm `tick-slow` looks at four fifths of it. */
export const TICK_TIMEOUT_SECONDS = 60;

/** What trades: the tick at each close of a candle, the watch each minute, and where failures of both land. */
export class TradingStack extends EngineStack {
  readonly tradeTick: EngineFunction;
  readonly orderWatch: EngineFunction;
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    deployment: Deployment,
    { data, bundles }: { readonly data: DataStack; readonly bundles: Bundles },
  ) {
    super(scope, 'trading', deployment);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const trader = {
      environment: {
        STATE_TABLE: data.table.tableName,
        CANDLE_BUCKET: data.bucket.bucketName,
        EXCHANGE_SECRET_ARN: data.secret.secretArn,
      },
      grants: () => [mayTrade(data.table), ...mayKeepCandles(data.bucket), mayReadSecret(data.secret)],
    };
    this.tradeTick = new EngineFunction(this, 'TradeTick', {
      folder: bundles['trade-tick'],
      memoryMb: 512,
      timeoutSeconds: TICK_TIMEOUT_SECONDS,
      environment: trader.environment,
      grants: trader.grants(),
      whenFailed: { retries: 2, maxAgeSeconds: 15 * 60, deadLetters: this.deadLetters },
    });
    this.orderWatch = new EngineFunction(this, 'OrderWatch', {
      folder: bundles['order-watch'],
      memoryMb: 256,
      timeoutSeconds: 45,
      environment: trader.environment,
      grants: trader.grants(),
      // The next watch comes sooner than a retry.
      whenFailed: { retries: 0, maxAgeSeconds: 60, deadLetters: this.deadLetters },
    });
    this.addSchedules(deployment);
    new CfnOutput(this, 'TradeTickName', { value: this.tradeTick.functionName });
    new CfnOutput(this, 'OrderWatchName', { value: this.orderWatch.functionName });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: this.deadLetters.queueUrl });
  }

  private addSchedules({ config, isScheduled }: Deployment): void {
    const { deadLetters, tradeTick, orderWatch } = this;
    for (const { id, cron } of tickCrons(config))
      new EngineSchedule(this, `Tick-${id}`, {
        description: `trade-tick, candles of ${id}`,
        cron,
        target: tradeTick,
        input: { at: ContextAttribute.scheduledTime },
        deadLetters,
        isScheduled,
      });
    new EngineSchedule(this, 'Watch', {
      description: 'order-watch, each minute',
      cron: 'cron(* * * * ? *)',
      target: orderWatch,
      input: {},
      deadLetters,
      isScheduled,
    });
  }
}
