import * as z from 'zod';
import { loadHead } from '../shared/app/account.ts';
import { askFor, parseUsd, USD_RULE, type Wish } from '../shared/app/ask.ts';
import { openOperator } from './context.ts';
import { askOf, bodyOf, httpApi, why } from './http.ts';

const { store, account, config, logger } = openOperator();

/** USD to add, or with a minus to take out. */
const amount = z.string().transform((text, context) => {
  const isOut = text.startsWith('-');
  const usd = parseUsd(isOut ? text.slice(1) : text);
  if (usd === undefined)
    context.addIssue({ code: 'custom', message: `${USD_RULE} With a minus it is taken out.` });
  return (isOut ? -1n : 1n) * (usd ?? 0n);
});
const symbol = z.enum(config.symbols);
const requestBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('capital'), amount, why }),
  z.strictObject({ kind: z.literal('close'), symbol, why }),
]);

/** Leaves a request, which the next watch carries out. */
export const handler = httpApi(logger, {
  'POST /requests': async (event) => {
    const { why: reason, ...wish } = bodyOf(event, requestBody);
    await loadHead(store, account);
    const ask = askOf(event, reason);
    await askFor(store, account, { ask, wish: wish satisfies Wish });
    return { status: 202, body: { account, ...ask } };
  },
});
