import { CfnOutput } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import type { Bundles } from '../bundle.ts';
import { EngineFunction } from '../constructs/engine-function.ts';
import { monthOfLogs } from '../constructs/logs.ts';
import { mayGet, mayPut, mayRead } from '../grants.ts';
import type { DataStack } from './data.ts';
import { EngineStack } from './engine-stack.ts';

/** Who called what, and how it ended. A call that reached no function is seen nowhere else. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTime(),
    route: '$context.routeKey',
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    caller: AccessLogField.contextIdentityUserArn(),
    address: AccessLogField.contextIdentitySourceIp(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextErrorMessage(),
    integrationError: '$context.integrationErrorMessage',
  }),
);

/** What people reach: breakers and requests over HTTP, signed with an identity of the account. */
export class EdgeStack extends EngineStack {
  constructor(
    scope: Construct,
    deployment: Deployment,
    { data, bundles }: { readonly data: DataStack; readonly bundles: Bundles },
  ) {
    super(scope, 'edge', deployment);
    const common = { memoryMb: 256, timeoutSeconds: 25, environment: { STATE_TABLE: data.table.tableName } };
    const breakers = new EngineFunction(this, 'Breakers', {
      ...common,
      folder: bundles.breakers,
      grants: [
        mayRead(data.table, ['ACCOUNT#', 'BREAKER#', 'REQUEST#']),
        mayPut(data.table, ['BREAKER#', 'REQUEST#']),
      ],
    });
    const requests = new EngineFunction(this, 'Requests', {
      ...common,
      folder: bundles.requests,
      // A request is read back when its write has no answer.
      grants: [mayGet(data.table, ['ACCOUNT#', 'REQUEST#']), mayPut(data.table, ['REQUEST#'])],
    });
    const api = this.addApi();
    const toBreakers = new HttpLambdaIntegration('ToBreakers', breakers);
    const toRequests = new HttpLambdaIntegration('ToRequests', requests);
    api.addRoutes({ path: '/breakers', methods: [HttpMethod.GET], integration: toBreakers });
    api.addRoutes({ path: '/breakers/{scope}/trip', methods: [HttpMethod.POST], integration: toBreakers });
    api.addRoutes({ path: '/breakers/{scope}/reset', methods: [HttpMethod.POST], integration: toBreakers });
    api.addRoutes({ path: '/requests', methods: [HttpMethod.POST], integration: toRequests });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
  }

  private addApi(): HttpApi {
    const api = new HttpApi(this, 'Api', {
      createDefaultStage: false,
      defaultAuthorizer: new HttpIamAuthorizer(),
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 5, burstLimit: 10 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(monthOfLogs(this, 'AccessLogs')),
        format: accessLog,
      },
    });
    return api;
  }
}
