import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import { metricNamespace, metrics as names, SERVICE_NAME } from '../config/service.ts';
import { scheduledWatch, type WatchRun } from '../shared/app/scheduled.ts';
import { openTrading } from './context.ts';
import { runsToItsEnd, tellingFailures } from './failures.ts';

const trading = openTrading();
const { logger } = trading;
const metrics = new Metrics({ namespace: metricNamespace(trading.environment), serviceName: SERVICE_NAME });

/** Every minute: carries on what is open, does what was asked, starts a tick that nobody did. */
export const handler = middy<unknown, Pick<WatchRun, 'outcome'>>(runsToItsEnd)
  .use(injectLambdaContext(logger))
  .use(tellingFailures(logger))
  .handler(async (_event, context) => {
    const run = await scheduledWatch(trading.within(context));
    const { outcome } = run;
    logger.info('watched', { outcome });
    if (run.outcome === 'held') return { outcome };
    const { ticksOverdue, positionsUnprotected } = run.gauges;
    if (ticksOverdue !== undefined) metrics.addMetric(names.ticksOverdue, MetricUnit.Count, ticksOverdue);
    metrics.addMetric(names.positionsUnprotected, MetricUnit.Count, positionsUnprotected);
    metrics.publishStoredMetrics();
    if (run.outcome === 'failed') throw run.failure;
    return { outcome };
  });
