import { AppError } from '../../core/errors.ts';
import type { ItemKey } from '../../ports/state-store.ts';
import {
  factsOf,
  isForbidden,
  isIdentityMissing,
  isOutcomeUnknown,
  isThrottled,
  remedies,
  wordsOf,
} from '../aws/service-errors.ts';

/**
 * An error of DynamoDB as one that a person can act on; an error of our own as it is.
 * @param where the items that the request was about
 */
export function told(table: string, error: unknown, where: readonly ItemKey[]): unknown {
  if (error instanceof AppError || !(error instanceof Error) || isOurBug(error)) return error;
  const what = `(${wordsOf(error)})`;
  const invalid = (message: string, hint: string) =>
    new AppError('state-invalid', message, hint, { cause: error });
  if (isThrottled(error)) return throttled(table, error);
  if (isIdentityMissing(error))
    return invalid(`AWS does not know who asks for the table "${table}" ${what}`, remedies.identity);
  if (isForbidden(error))
    return invalid(`this identity may not use the table "${table}" ${what}`, remedies.rights);
  if (factsOf(error).name === 'ResourceNotFoundException')
    return invalid(
      `the table "${table}" does not exist in this account and region ${what}`,
      'Check AWS_REGION, AWS_PROFILE and the name of the environment, or deploy it: npx cdk deploy --all -c env=NAME.',
    );
  if (isOutcomeUnknown(error))
    return new AppError(
      'state-unavailable',
      `the table "${table}" cannot be reached ${what}`,
      'Check the network and the region, and run again; what was confirmed is stored.',
      { cause: error },
    );
  return refused(table, { words: wordsOf(error), cause: error }, where);
}

/** What DynamoDB will not carry out as it is. @param why.words what it says about that */
export function refused(
  table: string,
  { words, cause }: { readonly words: string; readonly cause: Error },
  where: readonly ItemKey[],
): AppError {
  const isTooLarge = /size|too large/i.test(words);
  const message = isTooLarge
    ? `${named(where)} does not fit into the table "${table}" (${words})`
    : `the table "${table}" refuses ${named(where)} (${words})`;
  const hint = isTooLarge
    ? 'Nothing was written. An item has at most 400 KB, a key 1 KB, a transaction 4 MB: write less at once.'
    : 'Nothing was written. Check that the table is the one that was deployed, with the keys pk and sk.';
  return new AppError('state-invalid', message, hint, { cause });
}

function named(where: readonly ItemKey[]): string {
  const [first] = where;
  if (first === undefined) return 'a request';
  const rest = where.length > 1 ? ` or one of ${where.length - 1} others` : '';
  return `the item ${JSON.stringify(`${first.pk} / ${first.sk}`)}${rest}`;
}

/** A mistake in this program, which no remedy in the cloud will mend. */
export function isOurBug(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return error instanceof Error && error.message.startsWith('Bug: ');
}

/** DynamoDB asks for fewer requests, and still did after the repeats. */
export function throttled(table: string, cause: unknown): AppError {
  return new AppError(
    'state-contended',
    `the table "${table}" has more requests than it takes (${wordsOf(cause)})`,
    'Run again in a minute; if it goes on, look for what else uses the table.',
    { cause },
  );
}

/** Other transactions kept working on the same items. */
export function contended(table: string, cause: unknown): AppError {
  return new AppError(
    'state-contended',
    `other transactions kept working on the same items of the table "${table}" (${wordsOf(cause)})`,
    'Run again; run one process an account.',
    { cause },
  );
}

/** A write of which nobody can say whether it took place. */
export function unknownOutcome(table: string, where: readonly ItemKey[], cause: unknown): AppError {
  const why = cause === undefined ? 'another program wrote it since' : wordsOf(cause);
  return new AppError(
    'state-unavailable',
    `it is not known whether ${named(where)} was written to the table "${table}" (${why})`,
    'Check the network and run again: the next run reads what is stored and carries on from there.',
    { cause },
  );
}

/** An item that this program did not write. */
export function notOurs(table: string, { pk, sk }: ItemKey): AppError {
  return new AppError(
    'state-invalid',
    `the item ${JSON.stringify(`${pk} / ${sk}`)} of the table "${table}" is not one that this program wrote`,
    'Nothing was changed. Check the name of the table; if the item was edited by hand, put it back as it was.',
  );
}
