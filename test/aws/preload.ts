import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ClientRequest, type IncomingMessage } from 'node:http';

/** What the tests decide about what happens inside functions. */
export interface Control {
  /** Added to the machine's clock. */
  readonly offsetMs: number;
  readonly ends?: readonly End[];
}

/** A function is killed at a request that it makes to AWS: without a word, as a machine that goes away. */
export interface End {
  /** Kills once. */
  readonly id: string;
  /** Part of the function's name. */
  readonly functionName: string;
  /** Part of the operation (`TransactWriteItems`) or of the path (`/candles/`) of the request. */
  readonly request: string;
  /** Part of what the request carries. */
  readonly carries?: string;
  /** Which of these requests, the first is 1. */
  readonly number: number;
  /** Before it is sent, or when AWS has done it and the function does not know it. */
  readonly when: 'before' | 'after';
}

const CHECK_MS = 20;

const controlFile = process.env['TEST_CONTROL_FILE'];
const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
// The CDK and whatever else is started beside functions keep their clock.
if (controlFile !== undefined && functionName !== undefined) takeOver(controlFile, functionName);

function takeOver(file: string, name: string): void {
  let control: Control = { offsetMs: 0 };
  let checkedMs = Number.NEGATIVE_INFINITY;
  const now = (): Control => {
    if (performance.now() - checkedMs < CHECK_MS) return control;
    checkedMs = performance.now();
    control = readControl(file) ?? control;
    return control;
  };
  shiftDate(() => now().offsetMs);
  const isReached = (end: End, when: End['when']) => {
    if (when === 'before') count.set(end.id, (count.get(end.id) ?? 0) + 1);
    return end.when === when && count.get(end.id) === end.number && !existsSync(`${file}.${end.id}`);
  };
  watchRequests((request, body, when) => {
    const ends = (now().ends ?? []).filter((end) => name.includes(end.functionName));
    const reached = ends.find((end) => isMeant(end, request, body) && isReached(end, when));
    if (reached === undefined) return;
    writeFileSync(`${file}.${reached.id}`, '');
    process.kill(process.pid, 'SIGKILL');
  });
}

const count = new Map<string, number>();

/** Half a file is none: it is being written. */
function readControl(file: string): Control | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Control;
  } catch {
    return undefined;
  }
}

function shiftDate(offsetMs: () => number): void {
  const Real = Date;
  const shifted = () => Real.now() + offsetMs();
  globalThis.Date = new Proxy(Real, {
    construct: (target, values, self) =>
      Reflect.construct(target, values.length === 0 ? [shifted()] : values, self),
    apply: () => new Real(shifted()).toString(),
    get: (target, key) => (key === 'now' ? shifted : Reflect.get(target, key)),
  });
}

function isMeant({ request, carries = '' }: End, sent: ClientRequest, body: string): boolean {
  const operation = String(sent.getHeader('x-amz-target') ?? '');
  return (operation.includes(request) || sent.path.includes(request)) && body.includes(carries);
}

type Meet = (request: ClientRequest, body: string, when: End['when']) => void;

function watchRequests(meet: Meet): void {
  const bodies = new WeakMap<ClientRequest, string>();
  const end = ClientRequest.prototype.end;
  ClientRequest.prototype.end = function (this: ClientRequest, ...given: unknown[]) {
    const [chunk] = given;
    const body =
      typeof chunk === 'string'
        ? chunk
        : chunk instanceof Uint8Array
          ? Buffer.from(chunk).toString('latin1')
          : '';
    bodies.set(this, body);
    meet(this, body, 'before');
    return Reflect.apply(end, this, given);
  };
  // Told before anybody who waits for the answer.
  subscribe('http.client.response.finish', (message) => {
    const { request } = message as { request: ClientRequest; response: IncomingMessage };
    meet(request, bodies.get(request) ?? '', 'after');
  });
}
