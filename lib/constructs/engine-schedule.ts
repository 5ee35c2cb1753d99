import { Duration, TimeZone } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface EngineScheduleProps {
  /** As EventBridge Scheduler spells it, in UTC. */
  readonly cron: string;
  readonly target: IFunction;
  readonly input: Readonly<Record<string, string>>;
  readonly deadLetters: IQueue;
  readonly isScheduled: boolean;
  readonly description: string;
}

/**
 * One schedule the way this project sets all of them. Its dead letters are events that could not be delivered: a
 * function that fails was delivered, and has its own.
 */
export class EngineSchedule extends Schedule {
  constructor(scope: Construct, id: string, props: EngineScheduleProps) {
    super(scope, id, {
      description: props.description,
      schedule: ScheduleExpression.expression(props.cron, TimeZone.ETC_UTC),
      timeWindow: TimeWindow.off(),
      enabled: props.isScheduled,
      target: new LambdaInvoke(props.target, {
        input: ScheduleTargetInput.fromObject(props.input),
        retryAttempts: 2,
        maxEventAge: Duration.minutes(5),
        deadLetterQueue: props.deadLetters,
      }),
    });
  }
}
