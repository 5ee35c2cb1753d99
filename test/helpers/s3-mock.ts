import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { byBytes } from '../../shared/adapters/by-bytes.ts';
import { s3ObjectStore } from '../../shared/adapters/s3/object-store.ts';
import { serviceError } from './aws-errors.ts';

interface PutInput {
  readonly Key: string;
  readonly Body: Uint8Array;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/** A page of a list, small so that every list has several. */
const PAGE_KEYS = 2;

/**
 * A bucket in memory behind the SDK's client, with the conditions of S3, and a store below `candles/` of it.
 * `beforeAnswer` may throw away the answer to a write that was stored, `beforePut` may refuse it first.
 */
export function s3Mock() {
  const client = new S3Client({ region: 'us-east-1' });
  const mock = mockClient(client);
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly tag: string }>();
  const bucket = {
    mock,
    objects,
    beforePut: (_key: string): void => {},
    beforeAnswer: (_key: string): void => {},
    pauses: [] as number[],
  };
  mock.on(PutObjectCommand).callsFake(async ({ Key, Body, IfMatch, IfNoneMatch }: PutInput) => {
    await setImmediate();
    bucket.beforePut(Key);
    const tag = objects.get(Key)?.tag;
    if (IfMatch !== undefined && tag === undefined) throw serviceError('NoSuchKey', 404);
    if ((IfMatch ?? tag) !== tag || (IfNoneMatch === '*' && tag !== undefined))
      throw serviceError('PreconditionFailed', 412);
    const bytes = Uint8Array.from(Body);
    objects.set(Key, { bytes, tag: `"${createHash('md5').update(bytes).digest('hex')}"` });
    bucket.beforeAnswer(Key);
    return {};
  });
  mock.on(GetObjectCommand).callsFake(async ({ Key }: { readonly Key: string }) => {
    await setImmediate();
    const found = objects.get(Key);
    if (found === undefined) throw serviceError('NoSuchKey', 404);
    return { Body: { transformToByteArray: async () => found.bytes }, ETag: found.tag };
  });
  mock
    .on(ListObjectsV2Command)
    .callsFake(
      ({
        Prefix,
        ContinuationToken = '0',
      }: {
        readonly Prefix: string;
        readonly ContinuationToken?: string;
      }) => {
        const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix)).sort(byBytes);
        const from = Number(ContinuationToken);
        return {
          Contents: keys.slice(from, from + PAGE_KEYS).map((Key) => ({ Key })),
          ...(from + PAGE_KEYS < keys.length && { NextContinuationToken: String(from + PAGE_KEYS) }),
        };
      },
    );
  const pause = async (tries: number) => {
    bucket.pauses.push(tries);
  };
  return Object.assign(bucket, {
    store: s3ObjectStore({ client, bucket: 'data', prefix: 'candles/', pause }),
  });
}
