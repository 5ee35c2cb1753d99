import type { App } from 'aws-cdk-lib';
import type { Deployment } from '../config/deployment.ts';
import type { Bundles } from './bundle.ts';
import { DataStack } from './stacks/data.ts';
import { EdgeStack } from './stacks/edge.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { TradingStack } from './stacks/trading.ts';

/** The stacks of one environment. What holds state stands apart, so that nothing else endangers it. */
export function addStacks(app: App, deployment: Deployment, bundles: Bundles): void {
  const data = new DataStack(app, deployment);
  const trading = new TradingStack(app, deployment, { data, bundles });
  new EdgeStack(app, deployment, { data, bundles });
  new ObservabilityStack(app, deployment, { trading });
}
