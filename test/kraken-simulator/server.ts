import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { controlAnswer } from './control.ts';
import { krakenDoor, type RawCall, type Reply } from './door.ts';
import type { ApiKey } from './keys.ts';
import { reportOf, type SimulatorReport } from './report.ts';
import type { KrakenWorld } from './world.ts';

/** A held reply goes out after the next one, or after so much wall time. */
const HELD_MS = 50;
const BODY_MAX = 100_000;

interface ServerOptions {
  readonly world: KrakenWorld;
  readonly keys: readonly ApiKey[];
  /** 0: any that is free. */
  readonly port: number;
  /** Whether callers may move the time. */
  readonly hasControl: boolean;
  /**
   * What a caller meets who gets no reply: a connection that stays open until the caller gives up, or one that closes.
   * It is all the same to a client that knows what it does not know; closing takes less of its time.
   */
  readonly silence: 'hang' | 'close';
  /** Brings the world to the present before each call, where it has one. */
  readonly keepUp?: () => void;
}

export interface KrakenServer {
  readonly baseUrl: string;
  report(): SimulatorReport;
  close(): Promise<void>;
}

/** Serves a world on loopback as `api.kraken.com` would, and itself below `/simulator`. */
export async function krakenServer(options: ServerOptions): Promise<KrakenServer> {
  const { world, keys, port, hasControl, silence, keepUp = () => undefined } = options;
  const door = krakenDoor(world, keys);
  const report = () => reportOf(world, door);
  const reply = replier(silence);

  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => {
        keepUp();
        const url = new URL(request.url ?? '/', 'http://localhost');
        if (!url.pathname.startsWith('/simulator'))
          return reply(door.call(rawCall(request, url, body)), response);
        const answer = controlAnswer(
          { method: request.method ?? '', path: url.pathname, body },
          { world, report, hasControl },
        );
        response.statusCode = answer.status;
        sendJson(response, answer.body);
      })
      .catch((error: unknown) => {
        response.statusCode = 500;
        sendJson(response, { bug: error instanceof Error ? error.stack : String(error) });
      });
  });
  // Clients that never hear anything may wait for long.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    baseUrl: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
    report,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sends replies as they fare on their way. */
function replier(silence: ServerOptions['silence']): (given: Reply, response: ServerResponse) => void {
  let held: (() => void)[] = [];
  const releaseHeld = () => {
    const waiting = held;
    held = [];
    for (const send of waiting) send();
  };
  const sendNow = (given: Exclude<Reply, { kind: 'held' }>, response: ServerResponse) => {
    switch (given.kind) {
      case 'answer':
        return sendJson(response, envelope(given.answer));
      case 'cut-off':
        return sendText(response, cutOff(JSON.stringify(envelope(given.answer))));
      case 'status':
        return sendFault(response, given.status);
      case 'reset':
        return void response.socket?.destroy();
      case 'silence':
        if (silence === 'close') response.socket?.destroy();
    }
  };
  return (given, response) => {
    if (given.kind === 'held') {
      held.push(() => sendNow({ kind: 'answer', answer: given.answer }, response));
      setTimeout(releaseHeld, HELD_MS);
      return;
    }
    sendNow(given, response);
    releaseHeld();
  };
}

function rawCall(request: IncomingMessage, url: URL, body: string): RawCall {
  const header = (name: string) => String(request.headers[name] ?? '');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    userAgent: header('user-agent'),
    apiKey: header('api-key'),
    signature: header('api-sign'),
    body,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_MAX) throw new Error('the body is too long');
  }
  return body;
}

function envelope(answer: { readonly error: string } | { readonly result: unknown }): object {
  return 'error' in answer ? { error: [answer.error] } : { error: [], result: answer.result };
}

/** Somewhere in the result: what is left does not parse. */
function cutOff(json: string): string {
  return json.slice(0, Math.max(12, Math.floor(json.length / 2)));
}

function sendJson(response: ServerResponse, body: object): void {
  sendText(response, JSON.stringify(body));
}

function sendText(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(text);
}

/** What stands before Kraken answers in HTML. */
function sendFault(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/html');
  response.end(`<html><head><title>${status}</title></head><body>api.kraken.com | ${status}</body></html>`);
}
