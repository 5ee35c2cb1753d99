import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2WithIAMAuthorizer,
  APIGatewayProxyStructuredResultV2 as HttpResult,
} from 'aws-lambda';
import * as z from 'zod';
import { type Ask, parseWhy, WHY_RULE } from '../shared/app/ask.ts';
import { AppError, type ErrorCode } from '../shared/core/errors.ts';
import { runsToItsEnd } from './failures.ts';

/** A call whose signature the API has checked. */
export type HttpEvent = APIGatewayProxyEventV2WithIAMAuthorizer;

/** What a route answers: 200 unless it says otherwise. */
interface Answer {
  readonly status?: number;
  readonly body: object;
}

/** The routes of a function by their keys, such as `POST /requests`. */
export type Routes = Readonly<Record<string, (event: HttpEvent) => Promise<Answer>>>;

/** Status codes of errors that a caller can do something about; every other error is a bare 500. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  'not-found': 404,
  'breaker-changed': 409,
  'state-contended': 503,
  'state-unavailable': 503,
};

/** A reason, in the body of everything that changes something. */
export const why = z.string().transform((text, context) => {
  const line = parseWhy(text);
  if (line === undefined) context.addIssue({ code: 'custom', message: WHY_RULE });
  return line ?? '';
});

/** One function's routes behind the HTTP API, which has checked who calls. */
export function httpApi(logger: Logger, routes: Routes) {
  return middy<HttpEvent, HttpResult>(runsToItsEnd)
    .use(injectLambdaContext(logger))
    .handler(async (event): Promise<HttpResult> => {
      try {
        const route = routes[event.routeKey];
        if (route === undefined)
          throw new AppError('not-found', `No route ${event.routeKey}.`, 'See docs/deploy.md.');
        const { status = 200, body } = await route(event);
        return reply(status, body);
      } catch (error) {
        return failure(logger, error);
      }
    });
}

function reply(statusCode: number, body: object): HttpResult {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A call without a confirmation may have been carried out: repeated, capital would be added twice. */
const LOOK_FIRST =
  'It may have been done all the same. Before you ask again, look at GET /breakers, which shows what waits, and at `hot-crypto status --env NAME`, which shows what was done.';

/** Tells callers what they can change, and nothing of our insides. */
function failure(logger: Logger, error: unknown): HttpResult {
  const status = error instanceof AppError ? statusOf[error.code] : undefined;
  if (!(error instanceof AppError) || status === undefined) {
    logger.error('a route failed', { error });
    return reply(500, {
      error: 'unexpected',
      message: 'Something went wrong here; it is in the log.',
      hint: '',
    });
  }
  logger.warn('a call was refused', { code: error.code, message: error.message });
  return reply(status, {
    error: error.code,
    message: error.message,
    hint: status === 503 ? LOOK_FIRST : error.hint,
  });
}

/** The JSON body of a call. @throws AppError `usage` naming what is wrong with which field */
export function bodyOf<Schema extends z.ZodType>(event: HttpEvent, schema: Schema): z.output<Schema> {
  const { body = '', isBase64Encoded } = event;
  const result = schema.safeParse(jsonOf(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body));
  if (result.success) return result.data;
  throw new AppError(
    'usage',
    z.prettifyError(result.error),
    'See docs/deploy.md for the fields of the body.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('usage', 'The body is not JSON.', 'Send an object such as {"why": "…"}.', { cause });
  }
}

/** Who asks: the identity that the API has checked. */
export function askOf(event: HttpEvent, reason: string): Ask {
  const { requestContext } = event;
  const by = requestContext.authorizer?.iam.userArn ?? 'unknown';
  return { id: requestContext.requestId, by, why: reason, askedMs: Date.now() };
}
