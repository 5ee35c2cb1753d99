import { AppError } from '../../core/errors.ts';
import {
  factsOf,
  isForbidden,
  isIdentityMissing,
  isThrottled,
  remedies,
  wordsOf,
} from '../aws/service-errors.ts';

/** Where an object lies. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** An error of S3 as one that a person can act on; an error of our own as it is. */
export function told({ bucket, key }: ObjectPlace, error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error) || error instanceof TypeError) return error;
  const object = `"${key}" in the bucket "${bucket}"`;
  const what = `(${wordsOf(error)})`;
  const invalid = (message: string, hint: string) =>
    new AppError('state-invalid', message, hint, { cause: error });
  if (isThrottled(error))
    return new AppError(
      'state-contended',
      `${object} has more requests than S3 takes ${what}`,
      'Run again in a minute; if it goes on, look for what else uses the bucket.',
      { cause: error },
    );
  if (isIdentityMissing(error))
    return invalid(`AWS does not know who asks for ${object} ${what}`, remedies.identity);
  if (isForbidden(error)) return invalid(`this identity may not use ${object} ${what}`, remedies.rights);
  if (factsOf(error).name === 'NoSuchBucket')
    return invalid(
      `the bucket "${bucket}" does not exist ${what}`,
      'Check AWS_REGION, AWS_PROFILE and the name of the environment, or deploy it: npx cdk deploy --all -c env=NAME.',
    );
  return new AppError(
    'state-unavailable',
    `${object} cannot be read or written ${what}`,
    'Check the network and the region, and run again: what is stored is whole.',
    { cause: error },
  );
}
