import * as z from 'zod';
import { spelledRequests } from '../shared/app/ask.ts';
import { listBreakers, resetBreaker, scopeNamed, tripBreaker } from '../shared/app/breakers.ts';
import { AppError } from '../shared/core/errors.ts';
import { openOperator } from './context.ts';
import { askOf, bodyOf, type HttpEvent, httpApi, why } from './http.ts';

const { store, account, config, logger } = openOperator();
const tripBody = z.strictObject({ why, halt: z.enum(['entries', 'flatten']).optional() });
const resetBody = z.strictObject({ why, version: z.int().positive() });

const scopeOf = (event: HttpEvent) =>
  scopeNamed(event.pathParameters?.['scope']?.replaceAll(/%3a/gi, ':') ?? '', config.symbols);

const listed = async () => ({
  account,
  breakers: await listBreakers(store, account),
  waiting: await spelledRequests(store, account),
});

/** What forbids entries: listed, tripped and reset. */
export const handler = httpApi(logger, {
  'GET /breakers': async () => ({ body: await listed() }),
  'POST /breakers/{scope}/trip': async (event) => {
    const { halt, ...body } = bodyOf(event, tripBody);
    const scope = scopeOf(event);
    if (halt !== undefined && scope !== 'manual')
      throw new AppError('usage', `'halt' with the breaker '${scope}'.`, 'Halt with the breaker manual.');
    const halting = halt !== undefined && { halt: { isFlatten: halt === 'flatten' } };
    await tripBreaker(store, { account, scope, ask: askOf(event, body.why), ...halting });
    return { body: await listed() };
  },
  'POST /breakers/{scope}/reset': async (event) => {
    const body = bodyOf(event, resetBody);
    const scope = scopeOf(event);
    await resetBreaker(store, { account, scope, ask: askOf(event, body.why), version: body.version });
    return { body: await listed() };
  },
});
