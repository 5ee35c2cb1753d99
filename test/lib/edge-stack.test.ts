import { describe, expect, it } from 'vitest';
import { paperTemplates, propertiesOf, say } from '../helpers/templates.ts';

const { edge } = paperTemplates();
const routes = propertiesOf(edge, 'AWS::ApiGatewayV2::Route');

describe('the API', () => {
  it('has four routes, each to its function', () => {
    const functions = Object.fromEntries(
      Object.entries(edge.Resources)
        .filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Integration')
        .map(([id, { Properties }]) => [id, say(Properties['IntegrationUri'])]),
    );
    const targets = routes.map(({ RouteKey, Target }) => {
      const [, ref] = (Target as { 'Fn::Join': [string, [string, { Ref: string }]] })['Fn::Join'][1];
      return [RouteKey, functions[ref.Ref]];
    });
    expect(targets).toEqual([
      ['GET /breakers', 'Breakers.Arn'],
      ['POST /breakers/{scope}/trip', 'Breakers.Arn'],
      ['POST /breakers/{scope}/reset', 'Breakers.Arn'],
      ['POST /requests', 'Requests.Arn'],
    ]);
  });

  it('asks each caller to sign with an identity of the account, on every route', () => {
    expect(routes.map(({ AuthorizationType }) => AuthorizationType)).toEqual(Array(4).fill('AWS_IAM'));
  });

  it('speaks the format that the functions read, and to no page of another origin', () => {
    for (const one of propertiesOf(edge, 'AWS::ApiGatewayV2::Integration'))
      expect(one).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
    expect(propertiesOf(edge, 'AWS::ApiGatewayV2::Api')).toMatchObject([{ ProtocolType: 'HTTP' }]);
    expect(propertiesOf(edge, 'AWS::ApiGatewayV2::Api')[0]).not.toHaveProperty('CorsConfiguration');
  });

  it('is let into a function from its own routes only', () => {
    const doors = propertiesOf(edge, 'AWS::Lambda::Permission').map(
      ({ Principal, SourceArn, FunctionName }) => [
        Principal,
        say(FunctionName),
        say(SourceArn).replace(/^.*:Api/, ''),
      ],
    );
    const gateway = 'apigateway.amazonaws.com';
    expect(doors).toEqual([
      [gateway, 'Breakers.Arn', '/*/*/breakers'],
      [gateway, 'Breakers.Arn', '/*/*/breakers/{scope}/trip'],
      [gateway, 'Breakers.Arn', '/*/*/breakers/{scope}/reset'],
      [gateway, 'Requests.Arn', '/*/*/requests'],
    ]);
  });

  const stages = propertiesOf(edge, 'AWS::ApiGatewayV2::Stage');

  // The emulator does not throttle an HTTP API.
  it('takes five calls a second, ten at once', () => {
    expect(stages).toMatchObject([
      {
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
      },
    ]);
  });

  it('writes down who called what, with the id of the call, for a month', () => {
    const [stage = {}] = stages;
    const { DestinationArn, Format } = stage['AccessLogSettings'] as {
      DestinationArn: unknown;
      Format: string;
    };
    expect(say(DestinationArn)).toBe('AccessLogs.Arn');
    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      at: '$context.requestTime',
      route: '$context.routeKey',
      path: '$context.path',
      status: '$context.status',
      caller: '$context.identity.userArn',
      address: '$context.identity.sourceIp',
      latencyMs: '$context.responseLatency',
      error: '$context.error.message',
      integrationError: '$context.integrationErrorMessage',
    });
    const log = Object.entries(edge.Resources).find(([id]) => say({ Ref: id }) === 'AccessLogs');
    expect(log?.[1].Properties).toMatchObject({ RetentionInDays: 30 });
  });

  it('is found by its output', () => {
    expect(say(edge.Outputs['ApiUrl']?.Value)).toBe('Api.ApiEndpoint');
  });
});
