import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts';
import { factsOf, isOutcomeUnknown, isRepeated, isThrottled } from '../aws/service-errors.ts';
import { byBytes } from '../by-bytes.ts';
import { pauseWithJitter } from '../jitter.ts';
import { assertObjectKey, folderOfPrefix, isObjectKey } from '../objects/object-key.ts';
import { type ObjectPlace, told } from './s3-errors.ts';

export interface S3Options {
  readonly client: S3Client;
  readonly bucket: string;
  /** What all keys begin with, as `candles/`. */
  readonly prefix: string;
  /** How to wait before a repeat; by chance, unless told. */
  readonly pause?: (tries: number) => Promise<void>;
}

interface Place extends ObjectPlace {
  readonly client: S3Client;
}

/**
 * Objects of a bucket, below a prefix; the tag is S3's own.
 *
 * @throws AppError from every call: `state-invalid` when the bucket cannot be used, `state-contended` when it has too
 *   many requests, `state-unavailable` when it cannot be reached
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3ObjectStore({ client, bucket, prefix, pause = pauseWithJitter }: S3Options): ObjectStore {
  const placeOf = (key: string): Place => {
    assertObjectKey(key);
    return { client, bucket, key: prefix + key };
  };
  return {
    get: async (key) => read(placeOf(key)),
    put: async (key, bytes, expect) => write(placeOf(key), { bytes, expect, pause }),
    list: async (begin) => {
      folderOfPrefix(begin);
      const full = await list({ client, bucket, key: prefix + begin });
      return full
        .map((key) => key.slice(prefix.length))
        .filter(isObjectKey)
        .sort(byBytes);
    },
  };
}

async function read({ client, bucket, key }: Place): Promise<StoredObject | undefined> {
  try {
    const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), tag: ETag };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw told({ bucket, key }, error);
  }
}

function isMissing(error: unknown): boolean {
  const { name, status } = factsOf(error);
  return name !== 'NoSuchBucket' && (status === 404 || name === 'NoSuchKey');
}

interface Write {
  readonly bytes: Uint8Array;
  readonly expect: string;
  readonly pause: (tries: number) => Promise<void>;
}

/** How often a write without an answer is sent again, besides what the SDK repeats. */
const REPEATS_MAX = 2;

/**
 * Writes on the condition, and never says that somebody else wrote what we wrote. An earlier sending without an answer
 * may have been carried out and make its repeat fail: then the object is read back. An object is its bytes and nothing
 * else, so where they are equal nobody can tell whose they are, and it does not matter.
 */
async function write(place: Place, { bytes, expect, pause }: Write): Promise<boolean> {
  let mayBeOurs = expect === 'absent';
  for (let tries = 0; ; tries++) {
    const sent = await send(place, bytes, expect);
    if (sent.kind === 'written') return true;
    mayBeOurs ||= sent.kind === 'unknown' || isRepeated(sent.error);
    if (sent.kind === 'lost') return mayBeOurs && holds(place, bytes);
    if (sent.kind === 'broken' || tries >= REPEATS_MAX) throw told(place, sent.error);
    await pause(tries);
  }
}

type Sent =
  | { readonly kind: 'written' }
  | { readonly kind: 'lost' | 'unknown' | 'broken'; readonly error: unknown };

async function send({ client, bucket, key }: Place, bytes: Uint8Array, expect: string): Promise<Sent> {
  const condition = expect === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: expect };
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...condition }));
    return { kind: 'written' };
  } catch (error) {
    if (isRaceLost(error)) return { kind: 'lost', error };
    const isUnknown = isOutcomeUnknown(error) && !isThrottled(error) && !(error instanceof TypeError);
    return { kind: isUnknown ? 'unknown' : 'broken', error };
  }
}

/** 412: the condition failed; 409: another write of the key was under way; 404: nothing has the tag. */
function isRaceLost(error: unknown): boolean {
  const { status } = factsOf(error);
  return status === 412 || status === 409 || isMissing(error);
}

async function holds(place: Place, bytes: Uint8Array): Promise<boolean> {
  const stored = await read(place);
  return stored !== undefined && Buffer.compare(stored.bytes, bytes) === 0;
}

/** All keys that begin with the place's; S3 gives a thousand at a time. */
async function list({ client, bucket, key }: Place): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: key,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      token = page.NextContinuationToken;
    } while (token !== undefined);
  } catch (error) {
    throw told({ bucket, key }, error);
  }
  return keys;
}
