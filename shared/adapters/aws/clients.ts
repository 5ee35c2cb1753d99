import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';

/** How a client differs from what the environment of the process says. */
export interface ClientOptions {
  /** Where the service is asked; by default where AWS's own settings say. */
  readonly region?: string | undefined;
  /** How long one answer may take. */
  readonly answerMs?: number;
}

/** An answer that takes longer is not waited for: a function has seconds, and every write can be repeated. */
const ANSWER_MS = 4_000;

/** What every client of ours is made with. */
export function clientConfig({ region, answerMs = ANSWER_MS }: ClientOptions = {}) {
  return {
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: answerMs, throwOnRequestTimeout: true },
    ...(region !== undefined && { region }),
  };
}

/** DynamoDB with the credentials and the region of the environment. */
export function dynamoClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient(clientConfig(options));
}

/** S3 likewise. Servers other than Amazon's know buckets by path alone. */
export function s3Client(
  environment: Readonly<Record<string, string | undefined>>,
  options: ClientOptions = {},
): S3Client {
  const isElsewhere = Boolean(environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL']);
  return new S3Client({ ...clientConfig(options), forcePathStyle: isElsewhere });
}
