import { type Deployment, loadDeployment } from '../config/deployment.ts';
import { CANDLE_PREFIX, stackName } from '../config/service.ts';
import type { DeployedStack, Stacks } from '../shared/adapters/aws/stack-outputs.ts';
import { expiryOf } from '../shared/app/items.ts';
import { AppError } from '../shared/core/errors.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';
import type { CandleStore } from '../shared/ports/candle-store.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { Workspace } from './context.ts';

export type { Stacks };

/** Where an environment is. */
export interface EnvironmentPlace {
  readonly name: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** A deployed environment, reached with a person's own credentials. */
export interface Cloud extends Pick<Workspace, 'config' | 'instances'> {
  readonly environment: EnvironmentPlace;
  readonly openState: () => Promise<StateStore>;
  readonly openCandles: () => Promise<CandleStore>;
}

/** A person waits longer than a function may, and has a slower line. */
const ANSWER_MS = 30_000;

// The SDK of AWS takes longer to load than most verbs to run, so it is loaded by those that ask AWS, and only then.

/** The stacks in the region of an environment. @throws AppError `aws-refused` without a region */
export async function openStacksOf({ region }: Deployment): Promise<Stacks> {
  const { openStacks } = await import('../shared/adapters/aws/stack-outputs.ts');
  return openStacks({ region, answerMs: ANSWER_MS });
}

/**
 * Finds a deployed environment by the outputs of its stack of data.
 * @throws AppError `usage`, `config-invalid` of the environment's file; `not-found` when it is not deployed;
 *   `aws-refused` when AWS refuses, or the account is not the one that the file names; `state-unavailable`
 */
export async function openCloud(name: string, options?: { readonly folder: string }): Promise<Cloud> {
  const deployment = loadDeployment({ env: name }, options);
  const stacks = await openStacksOf(deployment);
  try {
    return cloudOf(deployment, await dataStack(deployment, stacks), stacks.region);
  } finally {
    stacks.close();
  }
}

function cloudOf({ name, config }: Deployment, stack: DeployedStack, region: string): Cloud {
  const options = { region, answerMs: ANSWER_MS };
  return {
    config,
    instances: instancesOf(config),
    environment: { name, region, accountId: stack.accountId },
    openState: async () => {
      const table = outputOf(stack, 'StateTableName', name);
      const [{ dynamoClient }, { dynamoStateStore }] = await Promise.all([
        import('../shared/adapters/aws/clients.ts'),
        import('../shared/adapters/dynamodb/state-store.ts'),
      ]);
      return dynamoStateStore({ client: dynamoClient(options), table, expiryMs: expiryOf });
    },
    openCandles: async () => {
      const bucket = outputOf(stack, 'CandleBucketName', name);
      const [{ s3Client }, { s3ObjectStore }, { parquetCandleStore }] = await Promise.all([
        import('../shared/adapters/aws/clients.ts'),
        import('../shared/adapters/s3/object-store.ts'),
        import('../shared/adapters/parquet/candle-store.ts'),
      ]);
      const client = s3Client(process.env, options);
      return parquetCandleStore(s3ObjectStore({ client, bucket, prefix: CANDLE_PREFIX }), 'kraken');
    },
  };
}

async function dataStack(deployment: Deployment, stacks: Stacks): Promise<DeployedStack> {
  const name = stackName(deployment.name, 'data');
  const found = await stacks.find(name);
  if (found === undefined) throw notDeployed(deployment, name, stacks.region);
  const { account } = deployment;
  if (account === undefined || account === found.accountId) return found;
  throw new AppError(
    'aws-refused',
    `Your credentials are of the account ${found.accountId}; the environment ${deployment.name} is bound to ${account}.`,
    `Use credentials of ${account} (AWS_PROFILE), or correct 'account' in config/environments/${deployment.name}.yaml.`,
  );
}

/** Where an environment was looked for, in words. */
function notDeployed({ name, account }: Deployment, stack: string, region: string): AppError {
  const bound = account === undefined ? '' : `, which should be ${account}`;
  return new AppError(
    'not-found',
    `The environment ${name} is not deployed: there is no stack ${stack} in ${region}, in the account of your credentials${bound}.`,
    `Deploy it (npx --no cdk deploy --all -c env=${name}), or check AWS_PROFILE and AWS_REGION; docs/deploy.md.`,
  );
}

function outputOf({ outputs, status }: DeployedStack, name: string, environment: string): string {
  const value = outputs.get(name);
  if (value !== undefined) return value;
  throw new AppError(
    'not-found',
    `The stack ${stackName(environment, 'data')} has no output ${name}; its state is ${status}.`,
    `Wait until its deployment has ended, or deploy again: npx --no cdk deploy --all -c env=${environment}.`,
  );
}
