import { ArnFormat, CfnOutput, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { metricNamespace, metrics, SERVICE_NAME } from '../../config/service.ts';
import { EngineStack } from './engine-stack.ts';
import { TICK_TIMEOUT_SECONDS, type TradingStack } from './trading.ts';

interface EngineAlarm {
  /** Also the heading of its section in docs/operations.md. */
  readonly name: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods that must be bad, of those looked at; one of one unless said. */
  readonly periods?: readonly [bad: number, of: number];
  readonly missing?: TreatMissingData;
  readonly what: string;
}

/** Who is told, and of what: six alarms, each with its section in the runbook. */
export class ObservabilityStack extends EngineStack {
  constructor(scope: Construct, deployment: Deployment, { trading }: { readonly trading: TradingStack }) {
    super(scope, 'observability', deployment);
    const topic = this.addTopic(deployment);
    const action = new SnsAction(topic);
    for (const { name, metric, threshold, periods: [bad, of] = [1, 1], missing, what } of alarmsOf(
      deployment,
      trading,
    )) {
      const alarm = new Alarm(this, name, {
        alarmDescription: `${what} See docs/operations.md#${name}`,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: of,
        datapointsToAlarm: bad,
        treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }

  private addTopic({ alarmEmail }: Deployment): Topic {
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    // A topic with a policy has lost the default one, which let alarms of its account speak to it.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        actions: ['sns:Publish'],
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': this.alarmArns() } },
      }),
    );
    if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  private alarmArns(): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return this.formatArn({ service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat });
  }
}

function alarmsOf({ name }: Deployment, trading: TradingStack): readonly EngineAlarm[] {
  const five = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
  const ours = (metricName: string, period: Duration) =>
    new Metric({
      namespace: metricNamespace(name),
      metricName,
      dimensionsMap: { service: SERVICE_NAME },
      statistic: Stats.MAXIMUM,
      period,
    });
  return [
    {
      name: 'engine-late',
      what: 'A tick is overdue by 15 minutes, or no watch has finished for 15 minutes.',
      metric: ours(metrics.ticksOverdue, Duration.minutes(5)),
      threshold: 1,
      periods: [3, 3],
      // The watch writes this gauge each time: silence means that there is no watch.
      missing: TreatMissingData.BREACHING,
    },
    {
      name: 'position-unprotected',
      what: 'A position had no stop at the exchange in two watches.',
      metric: ours(metrics.positionsUnprotected, Duration.minutes(1)),
      threshold: 1,
      periods: [3, 3],
    },
    {
      name: 'dead-letters',
      what: 'An event was given up, or a ledger differed from the exchange.',
      metric: trading.deadLetters.metricApproximateNumberOfMessagesVisible(five),
      threshold: 1,
    },
    {
      name: 'watch-failing',
      what: 'The watch failed three times within five minutes.',
      metric: trading.orderWatch.metricErrors({ ...five, statistic: Stats.SUM }),
      threshold: 3,
    },
    {
      name: 'throttled',
      what: 'AWS refused to run functions of this account: too many at once.',
      // Without a dimension it is the sum of the account: whatever else runs there takes from the same limit.
      metric: new Metric({ ...five, namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM }),
      threshold: 1,
      periods: [2, 3],
    },
    {
      name: 'tick-slow',
      what: 'A tick took four fifths of the time that it has.',
      metric: trading.tradeTick.metricDuration(five),
      threshold: 0.8 * TICK_TIMEOUT_SECONDS * 1000,
    },
  ];
}
