import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import type { Action } from '../../ports/state-store.ts';
import { factsOf, isOutcomeUnknown, isThrottled } from '../aws/service-errors.ts';
import { isOurBug, refused, told } from './dynamo-errors.ts';

/** Conditions that did not hold, by the indexes of their actions. */
export interface Refused {
  readonly kind: 'refused';
  readonly failed: readonly number[];
}

/** What became of one sending of a write that was not confirmed. */
export type Outcome =
  | Refused
  /** Not carried out, but perhaps the next time. */
  | { readonly kind: 'conflict' | 'throttled'; readonly error: unknown }
  /** Carried out, or not, or still to be. */
  | { readonly kind: 'unknown'; readonly error: unknown }
  /** Not carried out, nor would it be; the error is for a person. */
  | { readonly kind: 'broken'; readonly error: unknown };

/** Reads the error of a write. */
export function outcomeOf(table: string, error: unknown, actions: readonly Action[]): Outcome {
  if (error instanceof ConditionalCheckFailedException) return { kind: 'refused', failed: [0] };
  if (error instanceof TransactionConflictException) return { kind: 'conflict', error };
  if (error instanceof TransactionCanceledException) return cancelled(table, error, actions);
  return isUnknown(error)
    ? { kind: 'unknown', error }
    : { kind: 'broken', error: told(table, error, actions) };
}

function isUnknown(error: unknown): boolean {
  // An earlier sending of the same transaction is being carried out at this moment.
  if (factsOf(error).name === 'TransactionInProgressException') return true;
  return isOutcomeUnknown(error) && !isThrottled(error) && !isOurBug(error);
}

const throttles = /^(ProvisionedThroughputExceeded|ThrottlingError|RequestLimitExceeded)$/;

/**
 * A conflict hides whether the conditions hold, so it decides before those that failed.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
function cancelled(table: string, error: TransactionCanceledException, actions: readonly Action[]): Outcome {
  const reasons = (error.CancellationReasons ?? []).map(({ Code = 'None', Message = '' }, index) => ({
    code: Code,
    words: `${Code}: ${Message}`,
    index,
  }));
  const ours = /^(None|ConditionalCheckFailed|TransactionConflict)$/;
  const strange = reasons.find(({ code }) => !ours.test(code) && !throttles.test(code));
  if (strange !== undefined) {
    const where = actions.slice(strange.index, strange.index + 1);
    return { kind: 'broken', error: refused(table, { words: strange.words, cause: error }, where) };
  }
  if (reasons.some(({ code }) => code === 'TransactionConflict')) return { kind: 'conflict', error };
  if (reasons.some(({ code }) => throttles.test(code))) return { kind: 'throttled', error };
  const failed = reasons.filter(({ code }) => code === 'ConditionalCheckFailed').map(({ index }) => index);
  return failed.length > 0
    ? { kind: 'refused', failed }
    : { kind: 'broken', error: told(table, error, actions) };
}
