import { CfnElement } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Fixes the id under which CloudFormation knows a resource that holds state: with another one it would be replaced by
 * an empty one, however the code above it is moved about.
 */
export function pinLogicalId(resource: Construct, id: string): void {
  const { defaultChild } = resource.node;
  if (!CfnElement.isCfnElement(defaultChild)) throw new Error(`Bug: ${resource.node.path} is no resource`);
  defaultChild.overrideLogicalId(id);
}
