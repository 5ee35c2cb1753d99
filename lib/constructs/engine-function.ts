import { Duration } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { monthOfLogs } from './logs.ts';

export interface EngineFunctionProps {
  /** Folder of the bundle, with `index.mjs` and `config.json`. */
  readonly folder: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** All that it may do besides writing its logs. */
  readonly grants: readonly PolicyStatement[];
  /** For one that is invoked without anybody who waits: how often it is tried again, how long, and where it lands. */
  readonly whenFailed?: {
    readonly retries: number;
    readonly maxAgeSeconds: number;
    readonly deadLetters: IQueue;
  };
}

/** One Lambda the way this project runs all of them: Node 24, arm64, JSON logs kept one month, a role of its own. */
export class EngineFunction extends Lambda {
  constructor(scope: Construct, id: string, props: EngineFunctionProps) {
    const logGroup = monthOfLogs(scope, `${id}Logs`);
    // AWS's managed policy would let it write every log group of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      code: Code.fromAsset(props.folder),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.environment },
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...(props.whenFailed && {
        retryAttempts: props.whenFailed.retries,
        maxEventAge: Duration.seconds(props.whenFailed.maxAgeSeconds),
        onFailure: new SqsDestination(props.whenFailed.deadLetters),
      }),
    });
    for (const grant of props.grants) this.addToRolePolicy(grant);
  }
}
