import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CANDLE_PREFIX } from '../config/service.ts';

// TransactGetItems and TransactWriteItems have no permissions of their own: they need those of what they are made of.
const READ = ['dynamodb:GetItem', 'dynamodb:Query'];
const PUT = 'dynamodb:PutItem';

/** All of the state, for those who trade. There is no Scan: nothing reads the whole table. */
export function mayTrade(table: TableV2): PolicyStatement {
  return new PolicyStatement({
    actions: [...READ, PUT, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
    resources: [table.tableArn],
  });
}

/** Items of partitions that begin so, such as `BREAKER#`. */
export function mayRead(table: TableV2, prefixes: readonly string[]): PolicyStatement {
  return ofPartitions(table, READ, prefixes);
}

/** One item at a time of partitions that begin so: whoever does not know its key learns nothing. */
export function mayGet(table: TableV2, prefixes: readonly string[]): PolicyStatement {
  return ofPartitions(table, ['dynamodb:GetItem'], prefixes);
}

/** New and changed items of partitions that begin so; nothing is ever taken away there. */
export function mayPut(table: TableV2, prefixes: readonly string[]): PolicyStatement {
  return ofPartitions(table, [PUT], prefixes);
}

function ofPartitions(table: TableV2, actions: string[], prefixes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) },
      // "For all" holds for a request that names no key, too.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}

/** Candle files, and the names of them. */
export function mayKeepCandles(bucket: Bucket): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [bucket.arnForObjects(`${CANDLE_PREFIX}*`)],
    }),
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      // S3 answers 404 for a file that is not there only to those who may list, and 403 to others. It asks that of a
      // request that has no prefix: therefore "if exists".
      conditions: { StringLikeIfExists: { 's3:prefix': `${CANDLE_PREFIX}*` } },
    }),
  ];
}

/** The key of the exchange. */
export function mayReadSecret(secret: Secret): PolicyStatement {
  return new PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secret.secretArn],
  });
}
