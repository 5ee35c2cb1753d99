import type { Emulator } from './emulator.ts';
import { sendSigned } from './signed-request.ts';

export interface CallOptions {
  /** Of a POST. */
  readonly body?: object;
  readonly isSigned?: boolean;
}

/** What the API answers, as far as more than its equality is looked at. */
interface Answer {
  readonly breakers: readonly { readonly scope: string; readonly version: number }[];
}

export interface Called {
  readonly status: number;
  readonly body: Answer;
}

type Call = CallOptions & { readonly ApiUrl: string; readonly route: string };

/** One call of the HTTP API, signed unless told otherwise. */
export async function callApi(
  emulator: Emulator,
  { ApiUrl, route, body, isSigned = true }: Call,
): Promise<Called> {
  const { status, text } = await sendSigned(emulator, {
    route,
    host: ApiUrl.replace(/^https?:\/\//, ''),
    contentType: 'application/json',
    body: body === undefined || route.startsWith('GET') ? '' : JSON.stringify(body),
    service: isSigned ? 'execute-api' : undefined,
  });
  return { status, body: text === '' ? null : JSON.parse(text) };
}
