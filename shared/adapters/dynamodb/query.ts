import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { QueryOptions } from '../../ports/state-store.ts';
import { byBytes } from '../by-bytes.ts';
import { keyRange } from '../state/key-range.ts';
import type { Attributes } from './attributes.ts';

interface Source {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The items of a partition that a query asks for, as they are stored; DynamoDB gives them in pages of 1 MB. */
export async function queryAll(
  { client, table }: Source,
  pk: string,
  options: QueryOptions,
): Promise<readonly Attributes[]> {
  const { from, before } = keyRange(options);
  if (before !== undefined && byBytes(from, before) >= 0) return [];
  const { limit = Number.POSITIVE_INFINITY, descending = false } = options;
  const found: Attributes[] = [];
  let start: Attributes | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: !descending,
        ...keyCondition(pk, from, before),
        // One more, for the upper end may be among them and does not belong.
        ...(Number.isFinite(limit) && { Limit: limit - found.length + 1 }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    found.push(...(page.Items ?? []).filter(({ sk }) => sk?.S !== before));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && found.length < limit);
  return found.slice(0, limit);
}

/** DynamoDB takes one condition on the sort key, no empty text in it, and for a span of two ends only BETWEEN. */
function keyCondition(pk: string, from: string, before: string | undefined) {
  const values = {
    ':pk': { S: pk },
    ...(from !== '' && { ':from': { S: from } }),
    ...(before !== undefined && { ':before': { S: before } }),
  };
  const span =
    before === undefined
      ? from === ''
        ? ''
        : ' AND #sk >= :from'
      : from === ''
        ? ' AND #sk < :before'
        : ' AND #sk BETWEEN :from AND :before';
  return {
    KeyConditionExpression: `#pk = :pk${span}`,
    ExpressionAttributeNames: { '#pk': 'pk', ...(span !== '' && { '#sk': 'sk' }) },
    ExpressionAttributeValues: values,
  };
}
