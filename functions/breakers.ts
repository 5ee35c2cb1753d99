import * as z from 'zod';
import { waitingRequests } from '../shared/app/ask.ts';
import { listBreakers, resetBreaker, tripBreaker } from '../shared/app/breakers.ts';
import { bodyOf as bodyOfRequest } from '../shared/app/items.ts';
import { AppError } from '../shared/core/errors.ts';
import { type BreakerScope, scopesOf } from '../shared/core/risk/breakers.ts';
import { openOperator } from './context.ts';
import { askOf, bodyOf, httpApi, why } from './http.ts';

const { store, account, config, logger } = openOperator();
const tripBody = z.strictObject({ why, halt: z.enum(['entries', 'flatten']).optional() });
const resetBody = z.strictObject({ why, version: z.int().positive() });

function scopeOf(text = ''): BreakerScope {
  const scopes = scopesOf(config.symbols);
  const scope = text.replaceAll(/%3a/gi, ':').replace('/', '-');
  if (scopes.includes(scope)) return scope;
  throw new AppError('usage', `There is no breaker '${scope}'.`, `Use one of ${scopes.join(', ')}.`);
}

const listed = async () => ({
  account,
  breakers: await listBreakers(store, account),
  waiting: (await waitingRequests(store, account)).map(bodyOfRequest),
});

/** What forbids entries: listed, tripped and reset. */
export const handler = httpApi(logger, {
  'GET /breakers': async () => ({ body: await listed() }),
  'POST /breakers/{scope}/trip': async (event) => {
    const { halt, ...body } = bodyOf(event, tripBody);
    const scope = scopeOf(event.pathParameters?.['scope']);
    if (halt !== undefined && scope !== 'manual')
      throw new AppError('usage', `'halt' with the breaker '${scope}'.`, 'Halt with the breaker manual.');
    const wish = halt === undefined ? {} : { halt: { isFlatten: halt === 'flatten' } };
    await tripBreaker(store, { account, scope, ask: askOf(event, body.why), ...wish });
    return { body: await listed() };
  },
  'POST /breakers/{scope}/reset': async (event) => {
    const body = bodyOf(event, resetBody);
    const scope = scopeOf(event.pathParameters?.['scope']);
    await resetBreaker(store, { account, scope, ask: askOf(event, body.why), version: body.version });
    return { body: await listed() };
  },
});
