import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import * as z from 'zod';
import { scheduledTick, type TickRun } from '../shared/app/scheduled.ts';
import { openTrading } from './context.ts';
import { runsToItsEnd, tellingFailures } from './failures.ts';

const trading = openTrading();
const { logger, dev } = trading;

/** What Scheduler replaces by the instant of the schedule. An emulator may not. */
const PLACEHOLDER = '<aws.scheduler.scheduled-time>';
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const event = z.strictObject({
  at:
    dev?.acceptsPlaceholder === true
      ? instant.or(z.literal(PLACEHOLDER).transform(() => Date.now()))
      : instant,
});

/** At each close of a candle on which strategies decide: the tick of that instant. */
export const handler = middy<unknown, { readonly outcome: TickRun }>(runsToItsEnd)
  .use(injectLambdaContext(logger))
  .use(tellingFailures(logger))
  .handler(async (input, context) => {
    const { at } = event.parse(input);
    const outcome = await scheduledTick(trading.within(context), at);
    logger.info('ticked', { at: new Date(at).toISOString(), outcome });
    return { outcome };
  });
