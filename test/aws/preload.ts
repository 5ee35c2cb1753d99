import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ClientRequest } from 'node:http';

/** What the tests decide about what happens inside functions. */
export interface Control {
  /** Added to the machine's clock. */
  readonly offsetMs: number;
  /** Processes that began under another number end. */
  readonly life: number;
  readonly ends?: readonly End[];
}

/** A function is killed at a request that it makes to AWS: without a word, as a machine that goes away. */
export interface End {
  /** Kills once. */
  readonly id: string;
  /** Part of the function's name. */
  readonly functionName: string;
  /** A pattern of method, path and operation: `PUT /bucket/candles/… ` or `POST / DynamoDB_20120810.PutItem`. */
  readonly request: string;
  /** Which of these requests, the first is 1. */
  readonly number: number;
  /** Before it is sent, or when AWS has done it and the function does not know it. */
  readonly when: 'before' | 'after';
}

const LOOK_MS = 20;

const controlFile = process.env['TEST_CONTROL_FILE'];
const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
// The CDK and whatever else is started beside functions keep their clock.
if (controlFile !== undefined && functionName !== undefined) takeOver(controlFile, functionName);

function takeOver(file: string, name: string): void {
  // Read each time: a clock that moved during an invocation would take its time away.
  const now = () => JSON.parse(readFileSync(file, 'utf8')) as Control;
  shiftDate(() => now().offsetMs);
  const sign = `${file}.alive.${process.pid}`;
  endWithLife(sign, () => now().life);
  const isReached = (end: End, when: End['when']) => {
    if (when === 'before') count.set(end.id, (count.get(end.id) ?? 0) + 1);
    return end.when === when && count.get(end.id) === end.number && !existsSync(`${file}.${end.id}`);
  };
  watchRequests((request, when) => {
    const ends = (now().ends ?? []).filter((end) => name.includes(end.functionName));
    const reached = ends.find((end) => isMeant(end, request) && isReached(end, when));
    if (reached === undefined) return;
    writeFileSync(`${file}.${reached.id}`, '');
    rmSync(sign, { force: true });
    process.kill(process.pid, 'SIGKILL');
  });
}

const count = new Map<string, number>();

/** AWS starts functions anew whenever it likes: here, when the tests like. The sign is there as long as the process. */
function endWithLife(sign: string, lifeNow: () => number): void {
  const life = lifeNow();
  writeFileSync(sign, '');
  process.once('exit', () => rmSync(sign, { force: true }));
  setInterval(() => {
    if (lifeNow() !== life) process.exit();
  }, LOOK_MS).unref();
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

function isMeant({ request }: End, sent: ClientRequest): boolean {
  const operation = String(sent.getHeader('x-amz-target') ?? '');
  return new RegExp(request).test(`${sent.method} ${sent.path} ${operation}`);
}

function watchRequests(meet: (request: ClientRequest, when: End['when']) => void): void {
  const end = ClientRequest.prototype.end;
  ClientRequest.prototype.end = function (this: ClientRequest, ...given: unknown[]) {
    meet(this, 'before');
    return Reflect.apply(end, this, given);
  };
  // Told before anybody who waits for the answer.
  subscribe('http.client.response.finish', (message) => {
    meet((message as { request: ClientRequest }).request, 'after');
  });
}
