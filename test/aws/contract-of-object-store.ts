import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe } from 'vitest';
import { s3ObjectStore } from '../../shared/adapters/s3/object-store.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { candleWriterCases } from '../contracts/candle-writers.ts';
import { objectStoreContract } from '../contracts/object-store.ts';

/** A store below `candles/` in a new bucket of an emulator. */
async function newObjectStore(endpoint: string): Promise<ObjectStore> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  const bucket = `candles-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return s3ObjectStore({ client, bucket, prefix: 'candles/' });
}

/** The object store's contract, kept by S3 as some emulator has it, and what candles need of it. */
export function describeS3Contract(title: string, endpoint: () => string): void {
  objectStoreContract(title, () => newObjectStore(endpoint()));
  describe(title, () => candleWriterCases(() => newObjectStore(endpoint())));
}
