import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SafeAgent, request as safeRequest } from 'node:https';

/** One call over HTTP, as it is to be written. */
export interface HttpCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  /** Asked once, when the connection stands and nothing is written yet. */
  readonly isTooLate: () => boolean;
}

/** `withheld`: nothing was written, because it was too late. `failed`: whether it arrived is unknown. */
export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * A connection for each call. One that was kept may have been closed while a Lambda was frozen or a lid was shut, and
 * a call that is written into it fails without anybody knowing whether it arrived.
 */
const plain = new PlainAgent({ keepAlive: false });
const safe = new SafeAgent({ keepAlive: false });

/** Makes the call once and follows nothing; whatever goes wrong is an answer too, and no answer carries a header. */
export function sendOnce(call: HttpCall): Promise<HttpAnswer> {
  const { url, method, headers, body, timeoutMs, isTooLate } = call;
  const isSafe = url.startsWith('https:');
  return new Promise((resolve) => {
    const request = (isSafe ? safeRequest : plainRequest)(url, {
      method,
      headers,
      agent: isSafe ? safe : plain,
    });
    const timer = setTimeout(() => end({ kind: 'failed', why: `no answer in ${timeoutMs} ms` }), timeoutMs);
    const end = (answer: HttpAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    };
    const fail = (error: Error) => end({ kind: 'failed', why: codeOf(error) });

    request.on('error', fail);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () =>
        end({
          kind: 'answered',
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    request.on('socket', (socket) => {
      const write = () => {
        if (isTooLate()) end({ kind: 'withheld' });
        else request.end(body);
      };
      if (socket.connecting) socket.once(isSafe ? 'secureConnect' : 'connect', write);
      else write();
    });
  });
}

/** `ECONNRESET`: what went wrong without what was sent. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
