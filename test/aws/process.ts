import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const END_MS_MAX = 5_000;

/** A server that runs beside the tests. */
export interface Server {
  /** What it and the processes that it started wrote so far. */
  log(): string;
  /** Ends it with every process that it started. */
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Whether it answers. */
  readonly isUp: () => Promise<boolean>;
  readonly startMsMax: number;
}

// The group ends with the tests, however those end: a killed test run has nobody to call `stop`.
const WATCHED = [
  '"$@" & server=$!',
  'trap "wait $server; exit" TERM',
  'while kill -0 $server && kill -0 "$WATCHER"; do sleep 1; done 2>/dev/null',
  'kill -9 0',
].join('\n');

/** Starts a server in a process group of its own and waits until it answers. @throws Error with its log */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { command, variables, logFile, isUp, startMsMax } = options;
  const logTo = openSync(logFile, 'a');
  const child = spawn('sh', ['-c', WATCHED, 'sh', ...command], {
    detached: true,
    stdio: ['ignore', logTo, logTo],
    env: { ...variables, WATCHER: String(process.pid) },
  });
  const log = () => readFileSync(logFile, 'utf8');
  const stop = () => endGroup(child);
  for (const endMs = performance.now() + startMsMax; !(await isUp()); await sleep(100)) {
    if (child.exitCode === null && child.signalCode === null && performance.now() < endMs) continue;
    await stop();
    throw new Error(`${command[0]} did not start:\n${log().slice(-2000)}`);
  }
  return { log, stop };
}

async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(child, 'SIGTERM');
  await Promise.race([ended, sleep(END_MS_MAX)]);
  signalGroup(child, 'SIGKILL');
  await ended;
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

interface RunOptions {
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly timeoutMs: number;
}

/** What a command that ended said. */
export interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end. @throws Error when it takes too long or cannot be started */
export function run(command: readonly string[], { variables, folder, timeoutMs }: RunOptions): Promise<Run> {
  const [file = '', ...words] = command;
  const options = { env: variables, cwd: folder, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile(file, words, options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error?.killed)
        reject(new Error(`${command.join(' ')} took ${timeoutMs} ms:\n${output.slice(-2000)}`));
      else if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), output });
    });
  });
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
