import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';

const message = 'as AWS says it';
const metadata = (attempts: number) => ({ httpStatusCode: 400, attempts });

/** A transaction that was cancelled, for these reasons by action; a text after a colon is the reason's message. */
export function cancelled(reasons: readonly string[], attempts = 1): Error {
  const CancellationReasons = reasons.map((reason) => {
    const [Code = '', Message = ''] = reason.split(': ');
    return { Code, Message };
  });
  return new TransactionCanceledException({ message, $metadata: metadata(attempts), CancellationReasons });
}

/** A single write whose condition did not hold, after so many sendings by the SDK. */
export function conditionFailed(attempts = 1): Error {
  return new ConditionalCheckFailedException({ message, $metadata: metadata(attempts) });
}

export const conflict = (): Error => new TransactionConflictException({ message, $metadata: metadata(1) });
export const tooMuch = (): Error =>
  new ProvisionedThroughputExceededException({ message, $metadata: metadata(3) });
export const noTable = (): Error => new ResourceNotFoundException({ message, $metadata: metadata(1) });

/** An error with a name of which the SDK knows no class. @param status of HTTP; none when there was no answer */
export function serviceError(name: string, status?: number): Error {
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error(message), { name, $metadata });
}

/** No answer came: what was asked may have been done. */
export const timeOut = (): Error => serviceError('TimeoutError');
