import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { SERVICE_NAME, stackName } from '../../config/service.ts';

/** What all of our stacks have: their name, the account and region of their environment, and tags for the bill. */
export class EngineStack extends Stack {
  constructor(scope: Construct, part: Parameters<typeof stackName>[1], deployment: Deployment) {
    const { name, account, region, isLive } = deployment;
    super(scope, stackName(name, part), {
      env: { ...(account && { account }), ...(region && { region }) },
      terminationProtection: isLive,
      description: `${SERVICE_NAME} ${name}: ${part}`,
    });
    Tags.of(this).add('project', SERVICE_NAME);
    Tags.of(this).add('environment', name);
  }
}
