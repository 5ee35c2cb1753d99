import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, APIGatewayProxyEventV2WithIAMAuthorizer as HttpEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { askOf, bodyOf, httpApi, why } from '../../functions/http.ts';
import { AppError, type ErrorCode } from '../../shared/core/errors.ts';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(logger, level).mockImplementation(
      (...words) => void lines.push(JSON.stringify([level, ...words])),
    );
});
afterEach(() => vi.restoreAllMocks());
const logger = new Logger({ serviceName: 'test' });
const context = { getRemainingTimeInMillis: () => 3 } as Context;

const event = (over: object = {}): HttpEvent =>
  ({
    routeKey: 'POST /things',
    body: '{}',
    isBase64Encoded: false,
    requestContext: { requestId: 'r1', authorizer: { iam: { userArn: 'arn:aws:iam::1:user/ann' } } },
    ...over,
  }) as unknown as HttpEvent;

async function called(work: (event: HttpEvent) => Promise<{ body: object }>, over: object = {}) {
  const { statusCode, body = '' } = await httpApi(logger, { 'POST /things': work })(event(over), context);
  return { status: statusCode, body: JSON.parse(body) };
}

const schema = z.strictObject({ why });
const echo = async (one: HttpEvent) => ({ body: bodyOf(one, schema) });

describe('a call of the HTTP API', () => {
  it('answers what its route gives, whether or not the body came in base 64', async () => {
    const body = '{"why":" a  good\\nreason "}';
    expect(await called(echo, { body })).toEqual({ status: 200, body: { why: 'a good reason' } });
    const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    expect(await called(echo, encoded)).toEqual({ status: 200, body: { why: 'a good reason' } });
  });

  it.each([
    ['no body', undefined, 'not JSON'],
    ['no JSON', '{"why":', 'not JSON'],
    ['a missing reason', '{}', 'why'],
    ['an empty reason', '{"why":" "}', '1 to 200'],
    ['too long a reason', JSON.stringify({ why: 'x'.repeat(201) }), '1 to 200'],
    ['a field that there is not', '{"why":"x","wy":1}', 'wy'],
  ])('with %s is told what is wrong', async (_, body, message) => {
    const answer = await called(echo, { body });
    expect(answer).toMatchObject({ status: 400, body: { error: 'usage' } });
    expect(answer.body.message).toContain(message);
  });

  it.each<[ErrorCode, number]>([
    ['usage', 400],
    ['not-found', 404],
    ['breaker-changed', 409],
  ])('that ends in %s has the status %i and the hint', async (code, status) => {
    const fail = () => Promise.reject(new AppError(code, 'what', 'hint'));
    expect(await called(fail)).toEqual({ status, body: { error: code, message: 'what', hint: 'hint' } });
  });

  it.each<ErrorCode>(['state-contended', 'state-unavailable'])(
    'that ends in %s may have been carried out, and says so',
    async (code) => {
      const answer = await called(() => Promise.reject(new AppError(code, 'what', 'run again')));
      expect(answer).toMatchObject({ status: 503, body: { error: code } });
      expect(answer.body.hint).toContain('Before you ask again, look at GET /breakers');
    },
  );

  it('tells nothing of our insides, which are in the log', async () => {
    for (const error of [new Error('secret table'), new AppError('state-invalid', 'secret table', 'x')]) {
      const answer = await called(() => Promise.reject(error));
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer)).not.toContain('secret table');
    }
    expect(lines.map((line) => line.slice(0, 8))).toEqual(['["error"', '["error"']);
  });

  it('of another route is not found', async () => {
    expect(await called(echo, { routeKey: 'POST /others' })).toMatchObject({ status: 404 });
  });

  it('is never answered before its work has ended, however little time is left', async () => {
    const slow = () =>
      new Promise<{ body: object }>((done) => setTimeout(() => done({ body: { is: 'done' } }), 30));
    expect(await called(slow)).toEqual({ status: 200, body: { is: 'done' } });
  });

  it('is asked by who signed it', () => {
    expect(askOf(event(), 'because')).toMatchObject({
      id: 'r1',
      by: 'arn:aws:iam::1:user/ann',
      why: 'because',
    });
    expect(askOf(event({ requestContext: { requestId: 'r2' } }), 'because').by).toBe('unknown');
  });
});
