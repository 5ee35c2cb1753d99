import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';

/** An answer that takes longer is not waited for: whoever calls has seconds, and every write can be repeated. */
const limits = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
} as const;

/** DynamoDB with the credentials and the region of the environment. */
export function dynamoClient(): DynamoDBClient {
  return new DynamoDBClient(limits);
}

/** S3 likewise. Servers other than Amazon's know buckets by path alone. */
export function s3Client(environment: Readonly<Record<string, string | undefined>>): S3Client {
  const isElsewhere = Boolean(environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL']);
  return new S3Client({ ...limits, forcePathStyle: isElsewhere });
}
