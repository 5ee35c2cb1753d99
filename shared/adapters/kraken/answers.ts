import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Answer, KrakenClient, PrivateCall } from './client.ts';

/** An endpoint that is read, and what is used of its result. */
export interface Reading<T> extends Pick<PrivateCall, 'endpoint' | 'parameters'> {
  readonly schema: z.ZodType<T>;
  /** What it costs of the private calls; undefined for an endpoint that needs no key. */
  readonly calls?: number;
}

/**
 * Reads an endpoint whole, or throws.
 * @param unreachable the code of an error that says nothing of us: the two ports name it differently
 * @throws AppError `exchange-misconfigured`, `exchange-throttled`, or `unreachable`
 */
export async function read<T>(
  client: KrakenClient,
  { endpoint, parameters, schema, calls }: Reading<T>,
  unreachable: 'exchange-unavailable' | 'source-unavailable' = 'exchange-unavailable',
): Promise<T> {
  const answer =
    calls === undefined
      ? await client.publicCall(endpoint, parameters)
      : await client.privateCall({ endpoint, parameters, charge: { calls } });
  if (answer.kind !== 'result') throw failureOf(answer, endpoint, unreachable);
  const result = schema.safeParse(answer.result);
  if (result.success) return result.data;
  throw failureOf(nonsense(z.prettifyError(result.error)), endpoint, unreachable);
}

/** An answer that is no result, as the error that a person reads. Nothing is its cause: a cause may carry the key. */
export function failureOf(
  answer: Exclude<Answer, { kind: 'result' }>,
  endpoint: string,
  unreachable: 'exchange-unavailable' | 'source-unavailable' = 'exchange-unavailable',
): AppError {
  if (answer.kind === 'withheld') return tooLate(endpoint);
  if (answer.kind === 'misconfigured')
    return new AppError(
      'exchange-misconfigured',
      `Kraken will not have ${endpoint}: ${answer.why}`,
      'Mend the key or the account at Kraken, then run `hot-crypto doctor`.',
    );
  if (answer.isThrottled)
    return new AppError(
      'exchange-throttled',
      `Kraken was not asked for ${endpoint}, or refused it as one call too many: ${answer.why}.`,
      'The next run tries again; if it stays so, something else calls Kraken with this key.',
    );
  return new AppError(
    unreachable,
    `Kraken gave no usable answer to ${endpoint}: ${answer.why}.`,
    'The next run looks again. Whether Kraken is up: https://status.kraken.com',
  );
}

/** An order that was not sent: by now another process may hold the account. */
export function tooLate(what: string): AppError {
  return new AppError(
    'state-contended',
    `${what} was not sent: more than three seconds had passed since its mark.`,
    'Nothing is lost: the next run looks whether the order arrived, and carries on.',
  );
}

/** An answer that makes no sense says nothing of what happened. */
export function nonsense(what: string): Exclude<Answer, { kind: 'result' | 'withheld' }> {
  return { kind: 'unknown', why: what.replaceAll(/\s+/g, ' ').slice(0, 200), errors: [], isThrottled: false };
}
