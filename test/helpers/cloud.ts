import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { type Outcome, runCli } from './cli.ts';
import { cloudItems } from './cloud-items.ts';

type Service = 'cloudformation' | 'dynamodb' | 's3';

/** How a service answers instead, with the name of AWS's error and its words. */
interface Refusal {
  readonly service: Service;
  /** Of DynamoDB: only this operation, such as `TransactWriteItems`. */
  readonly operation?: string;
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

interface FakeStack {
  readonly status?: string;
  readonly outputs?: Readonly<Record<string, string>>;
}

/** An account of AWS on this machine: stacks, one table, one bucket, as far as our adapters ask for them. */
export interface FakeCloud {
  readonly url: string;
  /** `service region operation` of every call. */
  readonly calls: string[];
  readonly stacks: Map<string, FakeStack>;
  readonly items: ReturnType<typeof cloudItems>['items'];
  readonly objects: Map<string, Buffer>;
  refusal: Refusal | undefined;
  close(): Promise<void>;
}

export const FAKE_ACCOUNT = '111122223333';
/** What a person's environment says of AWS: fake keys, and nothing from elsewhere. */
export const fakeIdentity = (url: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'AKIAFAKE',
  AWS_SECRET_ACCESS_KEY: 'fake-secret',
  AWS_SESSION_TOKEN: 'fake-session',
  AWS_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: '/nowhere/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Starts one with an environment deployed into it. */
export async function fakeCloud(environment = 'paper'): Promise<FakeCloud> {
  const table = cloudItems();
  const name = (part: string) => `hot-crypto-${environment}-${part}`;
  const outputs = { StateTableName: 'the-table', CandleBucketName: 'the-bucket' };
  const cloud: Omit<FakeCloud, 'url' | 'close'> = {
    calls: [],
    stacks: new Map<string, FakeStack>([
      [name('data'), { outputs }],
      [name('trading'), {}],
      [name('edge'), {}],
      [name('observability'), {}],
    ]),
    items: table.items,
    objects: new Map(),
    refusal: undefined,
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, , region = '', service = ''] =
      /Credential=([^,]*)/.exec(request.headers.authorization ?? '')?.[1]?.split('/') ?? [];
    const call = { request, response, body: Buffer.concat(chunks), region };
    if (cloud.refusal && isMeant(cloud.refusal, service, request)) refuse(cloud.refusal, call);
    else if (service === 'cloudformation') describeStack(cloud, call);
    else if (service === 'dynamodb') useTable(cloud, table, call);
    else useBucket(cloud, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(cloud, {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly region: string;
}

function isMeant({ service, operation }: Refusal, called: string, { headers }: IncomingMessage): boolean {
  const isAsked = operation === undefined || String(headers['x-amz-target']).endsWith(`.${operation}`);
  return service === called && isAsked;
}

function refuse({ service, name, message, status }: Refusal, { response }: Call): void {
  response.statusCode = status;
  const xml = `<Code>${name}</Code><Message>${message}</Message>`;
  if (service === 'dynamodb') sendJson(response, { __type: `com.amazonaws#${name}`, message });
  else if (service === 's3') response.end(`<Error>${xml}</Error>`);
  else response.end(`<ErrorResponse><Error><Type>Sender</Type>${xml}</Error></ErrorResponse>`);
}

function sendJson(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify(body));
}

function describeStack({ calls, stacks }: Omit<FakeCloud, 'url' | 'close'>, call: Call): void {
  const form = new URLSearchParams(call.body.toString());
  const name = form.get('StackName') ?? '';
  calls.push(`cloudformation ${call.region} ${form.get('Action')}`);
  const stack = stacks.get(name);
  if (stack === undefined) {
    const message = `Stack with id ${name} does not exist`;
    refuse({ service: 'cloudformation', name: 'ValidationError', message, status: 400 }, call);
    return;
  }
  const outputs = Object.entries(stack.outputs ?? {}).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const id = `arn:aws:cloudformation:${call.region}:${FAKE_ACCOUNT}:stack/${name}/1`;
  call.response.end(
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>${id}</StackId><StackName>${name}</StackName>` +
      `<StackStatus>${stack.status ?? 'CREATE_COMPLETE'}</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>` +
      '</DescribeStacksResult></DescribeStacksResponse>',
  );
}

function useTable(
  { calls }: Omit<FakeCloud, 'url' | 'close'>,
  table: ReturnType<typeof cloudItems>,
  { request, response, body, region }: Call,
): void {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  calls.push(`dynamodb ${region} ${operation}`);
  const answer = table.answer(operation, JSON.parse(body.toString()));
  if (!('refusal' in answer)) {
    sendJson(response, answer.body);
    return;
  }
  response.statusCode = 400;
  sendJson(response, {
    __type: `com.amazonaws.dynamodb#${answer.refusal}`,
    message: 'refused',
    ...answer.body,
  });
}

const tagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

function isAllowed({ headers }: IncomingMessage, stored: Buffer | undefined): boolean {
  if (headers['if-none-match'] !== undefined) return stored === undefined;
  return stored !== undefined && tagOf(stored) === headers['if-match'];
}

function useBucket({ calls, objects }: Omit<FakeCloud, 'url' | 'close'>, call: Call): void {
  const { request, response, body, region } = call;
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://bucket');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const stored = objects.get(key);
  const isListing = searchParams.has('list-type');
  calls.push(`s3 ${region} ${isListing ? 'LIST' : request.method}`);
  if (isListing) {
    const keys = [...objects.keys()]
      .filter((each) => each.startsWith(searchParams.get('prefix') ?? ''))
      .sort();
    const contents = keys.map((each) => `<Contents><Key>${each}</Key></Contents>`).join('');
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
  } else if (request.method === 'PUT') {
    const isMet = isAllowed(request, stored);
    if (isMet) objects.set(key, body);
    response.statusCode = isMet ? 200 : 412;
    response.setHeader('etag', tagOf(body));
    response.end();
  } else if (stored === undefined) {
    refuse({ service: 's3', name: 'NoSuchKey', message: 'none', status: 404 }, call);
  } else {
    response.setHeader('etag', tagOf(stored));
    response.end(stored);
  }
}

/** Runs a command line in this process as a person who has signed in to this cloud. */
export async function cloudCli(url: string, ...words: readonly string[]): Promise<Outcome> {
  for (const [name, value] of Object.entries(fakeIdentity(url))) vi.stubEnv(name, value);
  return runCli(...words);
}
