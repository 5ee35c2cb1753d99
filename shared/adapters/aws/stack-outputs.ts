import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { AppError } from '../../core/errors.ts';
import { type ClientOptions, clientConfig } from './clients.ts';
import { factsOf, isForbidden, isIdentityMissing, isThrottled, remedies, wordsOf } from './service-errors.ts';

/** A stack as CloudFormation describes it. */
export interface DeployedStack {
  /** Twelve digits: the account that it lies in, which is that of whoever asks. */
  readonly accountId: string;
  /** Such as `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
}

/** The stacks of one region. */
export interface Stacks {
  readonly region: string;
  /**
   * @returns undefined when there is no stack of this name
   * @throws AppError `aws-refused` when AWS does not know who asks, or does not allow it; `state-unavailable`
   */
  readonly find: (name: string) => Promise<DeployedStack | undefined>;
  readonly close: () => void;
}

/**
 * Asks CloudFormation where things lie.
 * @throws AppError `aws-refused` when no region is known
 */
export async function openStacks(options: ClientOptions): Promise<Stacks> {
  const client = new CloudFormationClient(clientConfig(options));
  const region = await regionOf(client);
  return {
    region,
    find: async (name) => {
      try {
        const { Stacks: found } = await client.send(new DescribeStacksCommand({ StackName: name }));
        return found?.[0] && deployed(found[0]);
      } catch (error) {
        if (isUnknownStack(error)) return undefined;
        throw told(error, { name, region });
      }
    },
    close: () => client.destroy(),
  };
}

async function regionOf(client: CloudFormationClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (cause) {
    throw new AppError(
      'aws-refused',
      'No AWS region is known: neither the file of the environment nor your AWS settings name one.',
      'Write `region: eu-central-1` into the file, or set AWS_REGION, or `region` of your profile.',
      { cause },
    );
  }
}

function deployed({ StackId = '', StackStatus, Outputs = [] }: Stack): DeployedStack {
  const outputs = Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
  return {
    accountId: StackId.split(':')[4] ?? '',
    status: StackStatus ?? 'unknown',
    outputs: new Map(outputs),
  };
}

/** CloudFormation has no error of its own for this. */
function isUnknownStack(error: unknown): boolean {
  return factsOf(error).name === 'ValidationError' && /does not exist/.test(wordsOf(error));
}

/** An error of CloudFormation as one that a person can act on; one of ours as it is. */
function told(error: unknown, { name, region }: { readonly name: string; readonly region: string }): unknown {
  if (!(error instanceof Error) || error instanceof TypeError) return error;
  const what = `(${wordsOf(error)})`;
  if (isThrottled(error))
    return unavailable(`CloudFormation in ${region} has too many requests ${what}`, error);
  if (isIdentityMissing(error))
    return new AppError('aws-refused', `AWS does not know who asks ${what}`, remedies.identity, {
      cause: error,
    });
  if (isForbidden(error))
    return new AppError(
      'aws-refused',
      `This identity may not look at the stack "${name}" in ${region} ${what}`,
      'It needs cloudformation:DescribeStacks, and the rights to the table and the bucket; check AWS_PROFILE.',
      { cause: error },
    );
  return unavailable(`CloudFormation in ${region} cannot be reached ${what}`, error);
}

function unavailable(message: string, cause: Error): AppError {
  return new AppError('state-unavailable', message, 'Check the network and the region, and run again.', {
    cause,
  });
}
