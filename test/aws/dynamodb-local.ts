import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const libraries = join(import.meta.dirname, '../../.cache/dynamodb-local-2.6.1/lib');
const READY_MS_MAX = 60_000;

export interface DynamoLocal {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Amazon's own DynamoDB Local, empty and in memory; Maven fetches it when it is not in the project's cache yet. */
export async function startDynamoLocal(): Promise<DynamoLocal> {
  install();
  const port = await freePort();
  const launcher = join(import.meta.dirname, 'DynamoLocal.java');
  const child = spawn(
    'java',
    [`-Djava.library.path=${libraries}`, '-cp', join(libraries, '*'), launcher, String(port)],
    { stdio: 'pipe' },
  );
  await ready(child);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Under another name first: what a test that was stopped left half fetched is not taken for the whole. */
function install(): void {
  if (existsSync(libraries)) return;
  const half = `${libraries}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const pom = join(import.meta.dirname, 'dynamodb-local.xml');
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${half}`];
  try {
    execFileSync('mvn', ['-q', '-B', '-f', pom, ...copy], { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(half, libraries);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    throw isMissing(error) ? notInstalled('mvn', error) : error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function notInstalled(program: string, cause: unknown): Error {
  return new Error(
    `'${program}' is not installed. DynamoDB Local needs a JDK from 17 on and Maven: apt-get install default-jdk-headless maven`,
    { cause },
  );
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** @throws Error with what it said when it ends or is not ready in time */
async function ready(child: ChildProcess): Promise<void> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('DynamoDB Local has no output');
  const complaint = text(stderr);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
    createInterface({ input: stdout }).on('line', (line) => {
      if (line !== 'ready') return;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => reject(isMissing(error) ? notInstalled('java', error) : error));
    child.once('exit', async () => {
      clearTimeout(timer);
      reject(new Error(`DynamoDB Local did not start: ${(await complaint).slice(-2000)}`));
    });
  });
}
