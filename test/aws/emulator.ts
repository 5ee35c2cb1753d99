import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Control } from './preload.ts';
import { freePort, run, type Server, startServer } from './process.ts';

export const projectFolder = join(import.meta.dirname, '../..');
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

const INSTALL_MS_MAX = 240_000;
const START_MS_MAX = 30_000;
const RETIRE_MS_MAX = 2_000;

export interface Emulator extends Server {
  readonly endpoint: string;
  readonly port: number;
  /** By which it is known, when it is spoken to over TLS. */
  readonly certificate: string | undefined;
  /** The environment of whatever talks to it; nothing in it can reach AWS. */
  readonly variables: Readonly<Record<string, string>>;
  /** What happens inside functions from now on: their clock and their ends. */
  control(control: Pick<Control, 'offsetMs' | 'ends'>): void;
  /** Ends the processes of all functions, which are at rest: the next invocations begin with nothing in memory. */
  retire(): Promise<void>;
  /** Whether a function has met its end, by the id of the rule. */
  hasEnded(id: string): boolean;
}

export interface EmulatorOptions {
  /** Whether roles, conditions and signatures decide what is answered; by default everybody may do everything. */
  readonly isEnforcing?: boolean;
}

/** Installs the emulator into the project's cache when it is not there, and starts it on a free port of this machine. */
export async function startEmulator({ isEnforcing = false }: EmulatorOptions = {}): Promise<Emulator> {
  const cache = await installed();
  const port = await freePort();
  const endpoint = `${isEnforcing ? 'https' : 'http'}://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'hot-crypto-aws-'));
  const controlFile = join(folder, 'control.json');
  let control: Control = { offsetMs: 0, life: 0 };
  const tell = (change: Partial<Control>) => {
    control = { ...control, ...change };
    writeFileSync(`${controlFile}.new`, JSON.stringify(control));
    renameSync(`${controlFile}.new`, controlFile);
  };
  tell({});
  const certificateFile = join(folder, 'ministack-tls/server.crt');
  const variables = {
    ...harmlessVariables(endpoint, folder),
    ...(isEnforcing && { NODE_EXTRA_CA_CERTS: certificateFile }),
  };
  const server = await startServer({
    command: [join(cache, 'bin/ministack')],
    logFile: join(folder, 'emulator.log'),
    startMsMax: START_MS_MAX,
    variables: {
      ...variables,
      GATEWAY_PORT: String(port),
      // Its default is every interface.
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      // Its broker of messages for devices would listen at every interface all the same.
      IOT_MTLS_ENABLED: '0',
      // Functions are processes of this machine that inherit this.
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'preload.ts'))}`,
      // AWS waits a minute before it tries again what failed.
      LAMBDA_ASYNC_RETRY_BASE_SECONDS: '0.3',
      TEST_CONTROL_FILE: controlFile,
      ...(isEnforcing && enforcing),
    },
    isUp: () => isHealthy(`${endpoint}/_ministack/health`),
  });
  return {
    endpoint,
    port,
    certificate: isEnforcing ? readFileSync(certificateFile, 'utf8') : undefined,
    variables,
    control: tell,
    async retire() {
      tell({ life: control.life + 1 });
      const isAlive = () => readdirSync(folder).some((name) => name.startsWith('control.json.alive'));
      // A process that the emulator ended left its sign.
      for (const endMs = performance.now() + RETIRE_MS_MAX; isAlive() && performance.now() < endMs; )
        await sleep(20);
    },
    hasEnded: (id) => existsSync(`${controlFile}.${id}`),
    log: server.log,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const enforcing = {
  AUTH: 'true',
  // Our buckets and queues, and those of the CDK, refuse whoever comes without TLS.
  USE_SSL: '1',
  PYTHONPATH: join(import.meta.dirname, 'python'),
  PYTHONDONTWRITEBYTECODE: '1',
};

/** A certificate that an emulator made for itself is known only when it is up. */
async function isHealthy(url: string): Promise<boolean> {
  if (url.startsWith('http:'))
    return fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  return new Promise((resolve) => {
    const asked = get(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once('error', () => resolve(false));
  });
}

/** Makes the emulator's folder as `requirements.txt` has it. @returns that folder */
async function installed(): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  const cache = join(projectFolder, '.cache/aws');
  const stamp = join(cache, 'installed.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return cache;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(dirname(cache), { recursive: true });
  const options = { variables: { ...inherited() }, folder: projectFolder, timeoutMs: INSTALL_MS_MAX };
  for (const command of [
    ['python3', '-m', 'venv', cache],
    [join(cache, 'bin/pip'), 'install', '--quiet', '--requirement', requirements],
  ]) {
    const { code, output } = await run(command, options);
    if (code !== 0) throw new Error(`${command.join(' ')} failed:\n${output}`);
  }
  writeFileSync(stamp, wanted);
  return cache;
}

/** What the person's environment may tell an installer: the way to its index, and no more. */
function inherited(): Record<string, string> {
  const names = /^(PATH|HOME|LANG|PIP_.*|(https?|all|no)_proxy|SSL_CERT_.*|REQUESTS_CA_BUNDLE|PYENV_.*)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      names.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** An environment without the person's profile, keys and files, whose every endpoint is on this machine. */
function harmlessVariables(endpoint: string, home: string): Readonly<Record<string, string>> {
  const programs = [
    dirname(process.execPath),
    join(projectFolder, 'node_modules/.bin'),
    process.env['PATH'] ?? '',
  ];
  return {
    PATH: programs.join(delimiter),
    HOME: home,
    TMPDIR: home,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
  };
}
