import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import { metricNamespace, metrics as names, SERVICE_NAME } from '../config/service.ts';
import { scheduledWatch, type WatchRun } from '../shared/app/scheduled.ts';
import { openTrading } from './context.ts';
import { tellingFailures } from './failures.ts';

const trading = openTrading();
const { logger } = trading;
const metrics = new Metrics({ namespace: metricNamespace(trading.environment), serviceName: SERVICE_NAME });

/** Every minute: carries on what is open, does what was asked, starts a tick that nobody did. */
export const handler = middy<unknown, Pick<WatchRun, 'outcome'>>()
  .use(injectLambdaContext(logger))
  .use(tellingFailures(logger))
  .handler(async (_event, context) => {
    const run = await scheduledWatch(trading.within(context));
    const { outcome } = run;
    logger.info('watched', { outcome });
    if (run.outcome === 'held') return { outcome };
    metrics.addMetric(names.ticksOverdue, MetricUnit.Count, run.gauges.ticksOverdue);
    metrics.addMetric(names.positionsUnprotected, MetricUnit.Count, run.gauges.positionsUnprotected);
    metrics.publishStoredMetrics();
    if (run.outcome === 'failed') throw run.failure;
    return { outcome };
  });
