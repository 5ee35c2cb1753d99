import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program that answers as an AWS service does, on this machine. */
export interface LocalService {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.cache/dynamodb-local-2.6.1');
const READY_MS_MAX = 60_000;

/** Amazon's own DynamoDB Local, empty and in memory; fetched by Maven when it is not in the cache yet. */
export async function startDynamoLocal(): Promise<LocalService> {
  install();
  const port = await freePort();
  const classes = [folder, join(folder, 'lib/*')].join(delimiter);
  const child = spawn(
    'java',
    [`-Djava.library.path=${join(folder, 'lib')}`, '-cp', classes, 'DynamoLocal', String(port)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  // Should the tests end without stopping it.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await ready(child);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      process.off('exit', kill);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Under another name first: what a test that was stopped left half fetched is not taken for the whole. */
function install(): void {
  if (existsSync(folder)) return;
  const half = `${folder}.${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  const pom = join(import.meta.dirname, 'dynamodb-local.xml');
  run('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${join(half, 'lib')}`,
  ]);
  run('javac', ['-cp', join(half, 'lib/*'), '-d', half, join(import.meta.dirname, 'DynamoLocal.java')]);
  renameSync(half, folder);
}

function run(program: string, parameters: readonly string[]): void {
  try {
    execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw error;
    throw new Error(
      `'${program}' is not installed. DynamoDB Local needs Java 17 or later and Maven: apt-get install maven default-jdk-headless`,
      { cause: error },
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('DynamoDB Local has no output');
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`DynamoDB Local did not start: ${why}`));
    };
    const timer = setTimeout(() => fail(`not ready after ${READY_MS_MAX} ms`), READY_MS_MAX);
    const settle = (work: () => void) => {
      clearTimeout(timer);
      work();
    };
    lines.on('line', (line) => line === 'ready' && settle(resolve));
    child.once('error', (error) => settle(() => fail(error.message)));
    child.once('exit', (code) => settle(() => fail(`it ended with ${code}`)));
  });
}
