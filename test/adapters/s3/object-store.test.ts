import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { candleWriterCases } from '../../contracts/candle-writers.ts';
import { objectStoreContract } from '../../contracts/object-store.ts';
import { serviceError, timeOut } from '../../helpers/aws-errors.ts';
import { s3Mock } from '../../helpers/s3-mock.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Does `work` the first time only. */
function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}

function fail(error: Error): () => never {
  return () => {
    throw error;
  };
}

const lostAnswers = [
  ['a time-out', timeOut()],
  ['a fault of S3', serviceError('InternalError', 500)],
  ['half an answer', serviceError('SyntaxError', 200)],
] as const;

objectStoreContract('a bucket of S3', () => s3Mock().store);

describe('a bucket of S3', () => {
  it('has all keys below the prefix, and lists no others', async () => {
    const { store, objects } = s3Mock();
    await store.put('a/b', bytesOf('x'), 'absent');
    expect([...objects.keys()]).toEqual(['candles/a/b']);
    for (const key of ['other/a', 'candles/.hidden', 'candles/c/'])
      objects.set(key, { bytes: bytesOf(''), tag: '' });
    expect(await store.list('')).toEqual(['a/b']);
  });

  it.each([
    ['PreconditionFailed', 412],
    ['ConditionalRequestConflict', 409],
    ['NoSuchKey', 404],
  ])(
    'that answers %s to a write says that a race was lost, and the write is not repeated',
    async (name, status) => {
      const bucket = s3Mock();
      const { store, mock } = bucket;
      await store.put('a', bytesOf('first'), 'absent');
      const tag = (await store.get('a'))?.tag ?? '';
      mock.on(PutObjectCommand).rejects(serviceError(name, status));
      expect(await store.put('a', bytesOf('second'), tag)).toBe(false);
      expect(await store.put('a', bytesOf('second'), 'absent')).toBe(false);
      expect(mock.commandCalls(PutObjectCommand)).toHaveLength(3);
    },
  );

  it('does not take for its own what another wrote over the tag that it read, and reads nothing for that', async () => {
    const { store, mock } = s3Mock();
    await store.put('a', bytesOf('first'), 'absent');
    expect(await store.put('a', bytesOf('first'), '"an older tag"')).toBe(false);
    expect(mock.commandCalls(GetObjectCommand)).toHaveLength(0);
  });

  it('takes a new object with its own bytes for its own write', async () => {
    const { store } = s3Mock();
    await store.put('a', bytesOf('same'), 'absent');
    expect(await store.put('a', bytesOf('same'), 'absent')).toBe(true);
  });
});

describe.each(lostAnswers)('after %s', (_, error) => {
  it('a write that was stored is found to be our own, a new object and a changed one', async () => {
    const bucket = s3Mock();
    const { store, mock, objects } = bucket;
    bucket.beforeAnswer = once(fail(error));
    expect(await store.put('a', bytesOf('first'), 'absent')).toBe(true);
    const tag = (await store.get('a'))?.tag ?? '';
    bucket.beforeAnswer = once(fail(error));
    expect(await store.put('a', bytesOf('second'), tag)).toBe(true);
    expect(objects.get('candles/a')?.bytes).toEqual(bytesOf('second'));
    expect(mock.commandCalls(PutObjectCommand)).toHaveLength(4);
    expect(bucket.pauses).toEqual([0, 0]);
  });

  it('a write that was not stored is stored by the repeat', async () => {
    const bucket = s3Mock();
    const { store } = bucket;
    bucket.beforePut = once(fail(error));
    expect(await store.put('a', bytesOf('first'), 'absent')).toBe(true);
  });

  it('a race that another writer won meanwhile is lost', async () => {
    const bucket = s3Mock();
    const { store, objects } = bucket;
    bucket.beforePut = once(() => {
      objects.set('candles/a', { bytes: bytesOf('other'), tag: '"other"' });
      throw error;
    });
    expect(await store.put('a', bytesOf('ours'), 'absent')).toBe(false);
  });

  it('three times in a row the write ends with a word', async () => {
    const bucket = s3Mock();
    const { store } = bucket;
    bucket.beforePut = fail(error);
    await expect(store.put('a', bytesOf('x'), 'absent')).rejects.toMatchObject({
      code: 'state-unavailable',
      message: expect.stringContaining('"candles/a" in the bucket "data" cannot be read or written'),
    });
    expect(bucket.pauses).toEqual([0, 1]);
  });
});

describe('a bucket that cannot be used', () => {
  it.each([
    [
      'does not exist',
      serviceError('NoSuchBucket', 404),
      'state-invalid',
      'the bucket "data" does not exist',
      'cdk deploy',
    ],
    [
      'asks for less',
      serviceError('SlowDown', 503),
      'state-contended',
      'more requests than S3 takes',
      'in a minute',
    ],
    [
      'does not know us',
      serviceError('ExpiredToken', 400),
      'state-invalid',
      'AWS does not know who asks',
      'AWS_PROFILE',
    ],
    ['refuses us', serviceError('AccessDenied', 403), 'state-invalid', 'this identity may not use', 'role'],
  ])('because it %s is told in our words, with a remedy', async (_, error, code, message, hint) => {
    const { store, mock } = s3Mock();
    mock.reset();
    mock.onAnyCommand().rejects(error);
    const told = { code, message: expect.stringContaining(message), hint: expect.stringContaining(hint) };
    await expect(store.get('a')).rejects.toMatchObject(told);
    await expect(store.put('a', bytesOf('x'), 'absent')).rejects.toMatchObject(told);
    await expect(store.put('a', bytesOf('x'), '"tag"')).rejects.toMatchObject(told);
    await expect(store.list('')).rejects.toMatchObject(told);
    expect(mock.calls()).toHaveLength(4);
  });
});

describe('candles in a bucket', () => {
  candleWriterCases(() => s3Mock().store);
});
