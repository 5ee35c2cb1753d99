import { createHash, createHmac } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { type Emulator, REGION } from './emulator.ts';

interface Sent {
  /** Such as `POST /requests`, without a query. */
  readonly route: string;
  /** By which the emulator knows whom it is for; `fetch` does not let one set it. */
  readonly host: string;
  readonly contentType: string;
  readonly body: string;
  /** Part of AWS that it is signed for, such as `iam`; without one it is not signed. */
  readonly service: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the emulator what the SDK's clients of this project do not. @returns whatever it answers */
export function sendSigned(emulator: Emulator, sent: Sent): Promise<Answer> {
  const { route, host, contentType, body } = sent;
  const [method, path] = route.split(' ');
  const headers = { host, 'content-type': contentType, ...signatureOf(sent) };
  const { port, certificate: ca } = emulator;
  const request = ca === undefined ? requestPlain : requestOverTls;
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers, ca, servername: '' };
    const asked = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
      answer.once('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      });
    });
    asked.once('error', reject);
    asked.end(method === 'GET' ? undefined : body);
  });
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const keyed = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ route, host, body, service }: Sent) {
  if (service === undefined) return {};
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/${REGION}/${service}/aws4_request`;
  const headers = `host:${host}\nx-amz-date:${at}\n\nhost;x-amz-date`;
  const request = `${route.replace(' ', '\n')}\n\n${headers}\n${hash(body)}`;
  const key = scope.split('/').reduce<string | Buffer>(keyed, 'AWS4test');
  const signature = keyed(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash(request)}`).toString('hex');
  return {
    'x-amz-date': at,
    authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  };
}
