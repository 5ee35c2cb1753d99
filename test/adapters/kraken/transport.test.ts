import { type AddressInfo, createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpCall, sendOnce } from '../../../shared/adapters/kraken/transport.ts';
import { type KrakenStub, krakenStub } from '../../helpers/kraken-account.ts';
import { loopbackCertificate } from '../../helpers/loopback-certificate.ts';

const usual = getCACertificates();
beforeAll(() => setDefaultCACertificates([loopbackCertificate.cert]));
afterAll(() => setDefaultCACertificates(usual));

describe.each([
  ['http', false],
  ['https', true],
])('a call over %s', (_, isSafe) => {
  let stub: KrakenStub;
  beforeEach(async () => {
    stub = await krakenStub({ isSafe });
  });
  afterEach(() => stub.close());

  const call = (changes: Partial<HttpCall> = {}): HttpCall => ({
    url: `${stub.baseUrl}/0/private/Balance`,
    method: 'POST',
    headers: { 'API-Key': 'k' },
    body: 'nonce=1',
    timeoutMs: 400,
    isTooLate: () => false,
    ...changes,
  });

  it('gives status and text, whatever the status', async () => {
    stub.on('Balance', { XXBT: '1' });
    expect(await sendOnce(call())).toEqual({
      kind: 'answered',
      status: 200,
      text: '{"error":[],"result":{"XXBT":"1"}}',
    });
    stub.on('Balance', 502);
    expect(await sendOnce(call())).toEqual({ kind: 'answered', status: 502, text: '<html>' });
    expect(stub.calls[0]).toMatchObject({ body: 'nonce=1', headers: { 'api-key': 'k' } });
  });

  it('writes nothing when it is too late by the time the connection stands', async () => {
    let asked = 0;
    const isTooLate = () => {
      asked++;
      return true;
    };
    expect(await sendOnce(call({ isTooLate }))).toEqual({ kind: 'withheld' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect({ asked, calls: stub.calls.length }).toEqual({ asked: 1, calls: 0 });
  });

  it('asks for the time after the connection stands, not before', async () => {
    const nowhere = call({
      url: `${isSafe ? 'https' : 'http'}://localhost:1/x`,
      isTooLate: () => {
        throw new Error('asked without a connection');
      },
    });
    expect(await sendOnce(nowhere)).toEqual({ kind: 'failed', why: 'ECONNREFUSED' });
  });

  it('that is not answered in time, or cut off, may have arrived', async () => {
    stub.on('Balance', 'hang');
    expect(await sendOnce(call({ timeoutMs: 100 }))).toEqual({ kind: 'failed', why: 'no answer in 100 ms' });
    stub.on('Balance', 'reset');
    expect(await sendOnce(call())).toEqual({ kind: 'failed', why: 'ECONNRESET' });
    expect(stub.calls).toHaveLength(2);
  });

  it('opens a connection of its own, and does not keep it', async () => {
    stub.on('Balance', {});
    await sendOnce(call());
    await sendOnce(call());
    expect(stub.calls.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
  });
});

it('over https that gets no handshake is not written, and not asked whether it is too late', async () => {
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  let asked = 0;
  const answer = await sendOnce({
    url: `https://127.0.0.1:${port}/0/private/AddOrder`,
    method: 'POST',
    headers: {},
    body: 'nonce=1',
    timeoutMs: 100,
    isTooLate: () => ++asked > 0,
  });
  expect({ answer, asked }).toEqual({ answer: { kind: 'failed', why: 'no answer in 100 ms' }, asked: 0 });
  mute.close();
});
