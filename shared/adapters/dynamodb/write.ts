import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Action, TransactResult } from '../../ports/state-store.ts';
import { isRepeated } from '../aws/service-errors.ts';
import { itemOf, keyAttributes, type Put, versionAfter } from './attributes.ts';
import { contended, throttled, unknownOutcome } from './dynamo-errors.ts';
import { type Outcome, outcomeOf, type Refused } from './outcome.ts';
import { isPlainPut, sendWrite, type WriteContext } from './requests.ts';

/** What a write needs of the world. */
export interface Writer extends WriteContext {
  readonly client: DynamoDBClient;
  /** Waits before the next try. @param tries how often it was tried before, from 0 */
  readonly pause: (tries: number) => Promise<void>;
}

/** How often a write is sent again, besides what the SDK repeats (which never repeats a conflict). */
const REPEATS_MAX = { conflict: 5, throttled: 5, unknown: 2 } as const;

/**
 * Carries a transaction out, and never says that what was written was refused.
 *
 * A refused condition means a lost race unless an earlier sending of the same call, whose answer we did not get, made
 * it fail itself. So only then the items are read back. Equal content would not do for a proof: another writer may
 * have put the same. What proves it is `write`, which every item carries and which is ours alone.
 *
 * @throws AppError `state-contended` after too many conflicts; `state-unavailable` when the outcome stays unknown;
 *   `state-invalid` when the table cannot be used, or not with these actions
 */
export async function carryOut(writer: Writer, actions: readonly Action[]): Promise<TransactResult> {
  let wasUnknown = false;
  let wasRepeated = false;
  for (let tries = 0; ; tries++) {
    const outcome = await send(writer, actions);
    if (outcome.kind === 'written') return { ok: true };
    wasUnknown ||= outcome.kind === 'unknown';
    // The SDK repeats what was throttled as well: that alone makes no other error doubtful.
    wasRepeated ||= outcome.isRepeat;
    const mayBeWritten = wasUnknown || (wasRepeated && outcome.kind === 'refused');
    if (outcome.kind === 'refused' || outcome.kind === 'broken' || tries >= REPEATS_MAX[outcome.kind])
      return settle(writer, actions, { outcome, mayBeWritten });
    await writer.pause(tries);
  }
}

type Sent = { readonly kind: 'written' } | (Outcome & { readonly isRepeat: boolean });

async function send(writer: Writer, actions: readonly Action[]): Promise<Sent> {
  try {
    await sendWrite(writer.client, actions, writer);
    return { kind: 'written' };
  } catch (error) {
    return { ...outcomeOf(writer.table, error, actions), isRepeat: isRepeated(error) };
  }
}

/** The end of a call that was not confirmed. */
async function settle(
  writer: Writer,
  actions: readonly Action[],
  { outcome, mayBeWritten }: { readonly outcome: Outcome; readonly mayBeWritten: boolean },
): Promise<TransactResult> {
  const found = mayBeWritten ? await lookFor(writer, actions) : 'not-ours';
  if (found === 'ours') return { ok: true };
  if (outcome.kind === 'refused') {
    if (found === 'unclear') throw unknownOutcome(writer.table, actions, undefined);
    return { ok: false, failed: outcome.failed };
  }
  throw errorOf(writer.table, actions, outcome);
}

function errorOf(table: string, actions: readonly Action[], outcome: Exclude<Outcome, Refused>): unknown {
  if (outcome.kind === 'unknown') return unknownOutcome(table, actions, outcome.error);
  if (outcome.kind === 'conflict') return contended(table, outcome.error);
  return outcome.kind === 'throttled' ? throttled(table, outcome.error) : outcome.error;
}

type Found = 'ours' | 'not-ours' | 'unclear';

/**
 * Whether this call wrote. One item with its mark is proof, for a transaction is written whole. Without one, a
 * transaction was not written: its repeat, which DynamoDB knows, would not have been refused. A plain put may have
 * been, when somebody wrote over it, or removed it, since.
 */
async function lookFor(writer: Writer, actions: readonly Action[]): Promise<Found> {
  let found: Found = 'not-ours';
  for (const action of actions) {
    if (action.kind !== 'put') continue;
    const seen = await lookAt(writer, action);
    if (seen === 'ours') return 'ours';
    if (isPlainPut(actions)) found = seen;
  }
  return found;
}

async function lookAt({ client, table, write }: Writer, put: Put): Promise<Found> {
  try {
    const answer = await client.send(
      new GetItemCommand({ TableName: table, Key: keyAttributes(put), ConsistentRead: true }),
    );
    const item = answer.Item && itemOf(answer.Item);
    if (item?.write === write) return 'ours';
    return item === undefined || item.version > versionAfter(put) ? 'unclear' : 'not-ours';
  } catch (error) {
    throw unknownOutcome(table, [put], error);
  }
}
