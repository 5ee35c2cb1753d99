import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Environment, readEnvironment, readExchangeKey } from '../../config/environment.ts';
import { AppError } from '../../shared/core/errors.ts';
import { temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
const file = join(folder, '.env');
afterAll(remove);
afterEach(() => rmSync(file, { recursive: true, force: true }));

function read(
  text: string,
  { mode = 0o600, set = {} }: { mode?: number; set?: Record<string, string> } = {},
): Environment {
  writeFileSync(file, text);
  chmodSync(file, mode);
  return readEnvironment(folder, set);
}

describe('our variables', () => {
  it('are not set where there is neither file nor variable', () => {
    expect(readEnvironment(folder, {})).toEqual({
      origins: {},
      logLevel: 'info',
      dataFolder: undefined,
      file: undefined,
    });
  });

  it('come from .env, and the environment wins', () => {
    const text = 'LOG_LEVEL=debug\nHOT_CRYPTO_DATA="/from the/file"\nEXCHANGE_API_KEY=k\n';
    expect(read(text, { set: { LOG_LEVEL: 'warn' } })).toMatchObject({
      origins: { LOG_LEVEL: 'environment', HOT_CRYPTO_DATA: '.env', EXCHANGE_API_KEY: '.env' },
      logLevel: 'warn',
      dataFolder: '/from the/file',
    });
  });

  it('are not set when they are empty; an empty one of the environment hides that of the file', () => {
    const text = 'EXCHANGE_API_SECRET=\nLOG_LEVEL=\nHOT_CRYPTO_DATA=x\n';
    expect(read(text, { mode: 0o644, set: { HOT_CRYPTO_DATA: '' } })).toMatchObject({
      origins: {},
      logLevel: 'info',
      dataFolder: undefined,
    });
  });

  it('are the only ones that are read, and a secret is not kept', () => {
    const found = read('EXCHANGE_API_SECRET=hunter2\nPATH=/evil\nHOT_CRYPTO_KRAKEN_URL=http://evil\n');
    expect(found.origins).toEqual({ EXCHANGE_API_SECRET: '.env' });
    expect(JSON.stringify(found)).not.toMatch(/hunter2|evil/);
    expect(process.env['EXCHANGE_API_SECRET']).not.toBe('hunter2');
  });

  it.each(['error', 'warn', 'info', 'debug', 'DEBUG'])('take the log level %s', (level) => {
    expect(readEnvironment(folder, { LOG_LEVEL: level }).logLevel).toBe(level.toLowerCase());
  });

  it('refuse another log level as wrong use, naming those there are', () => {
    expect(() => readEnvironment(folder, { LOG_LEVEL: 'verbose' })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: "LOG_LEVEL 'verbose' is none.",
        hint: 'Use one of error, warn, info, debug.',
      }),
    );
  });
});

describe('.env with a key', () => {
  it.each([0o640, 0o604, 0o602, 0o620, 0o610, 0o777])(
    'of mode %o is refused, and nothing of it is used',
    (mode) => {
      const { file: found, origins, logLevel } = read('LOG_LEVEL=debug\nEXCHANGE_API_KEY=k\n', { mode });
      expect(found?.refusal).toBeInstanceOf(AppError);
      expect(found?.refusal).toMatchObject({
        code: 'config-invalid',
        message: `The file '${file}' holds EXCHANGE_API_KEY, and others than you may use it (mode 0${mode.toString(8)}).`,
        hint: 'Run `chmod 600 .env` there.',
      });
      expect({ origins, logLevel }).toEqual({ origins: {}, logLevel: 'info' });
    },
  );

  it.each([0o600, 0o400, 0o700])('of mode %o is read', (mode) => {
    const { file: found, origins } = read('EXCHANGE_API_KEY=k\nEXCHANGE_API_SECRET=s\n', { mode });
    expect(found?.refusal).toBeUndefined();
    expect(origins).toEqual({ EXCHANGE_API_KEY: '.env', EXCHANGE_API_SECRET: '.env' });
  });

  it('is refused for a secret under a misspelt name, too', () => {
    const { file: found } = read('EXCHANGE_API_SECRT=s\n', { mode: 0o644 });
    expect(found?.refusal?.message).toContain('holds EXCHANGE_API_SECRT,');
    expect(found?.misspelt).toEqual([['EXCHANGE_API_SECRT', 'EXCHANGE_API_SECRET']]);
  });
});

describe('.env without a key', () => {
  it('may be read by others', () => {
    expect(read('LOG_LEVEL=warn\n', { mode: 0o644 })).toMatchObject({
      logLevel: 'warn',
      file: { refusal: undefined, misspelt: [] },
    });
  });

  it('that is a folder is none', () => {
    mkdirSync(file);
    expect(readEnvironment(folder, {}).file).toBeUndefined();
  });
});

describe('key and secret of the exchange', () => {
  /** In Kraken's shape: a secret is 64 bytes in base64. */
  const key = { apiKey: 'k+/k'.repeat(14), secret: `${'s3cR'.repeat(21)}sw==` };
  const text = `EXCHANGE_API_KEY=${key.apiKey}\nEXCHANGE_API_SECRET=${key.secret}\n`;

  function refusal(content: string, set: Record<string, string> = {}, mode = 0o600): AppError {
    writeFileSync(file, content);
    chmodSync(file, mode);
    try {
      readExchangeKey(folder, set);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    throw new Error('was not refused');
  }

  it('come from .env, and the environment wins', () => {
    writeFileSync(file, text, { mode: 0o600 });
    expect(readExchangeKey(folder, {})).toEqual(key);
    expect(readExchangeKey(folder, { EXCHANGE_API_KEY: 'another' })).toEqual({ ...key, apiKey: 'another' });
  });

  it('that are not set, or empty, are named', () => {
    const both = refusal('LOG_LEVEL=info\n');
    expect([both.code, both.message]).toEqual([
      'exchange-misconfigured',
      'EXCHANGE_API_KEY and EXCHANGE_API_SECRET are not set: without them nothing can be traded.',
    ]);
    expect(both.hint).toContain('docs/live-trading.md');
    expect(refusal(text, { EXCHANGE_API_SECRET: '' }).message).toMatch(/^EXCHANGE_API_SECRET is not set: /);
  });

  it.each([
    ['EXCHANGE_API_KEY', 'in two words'],
    ['EXCHANGE_API_SECRET', 'sword-fish'],
    ['EXCHANGE_API_SECRET', key.secret.slice(0, -1)],
  ])('of another shape than Kraken’s are refused without being shown: %s', (name, value) => {
    const { message, hint } = refusal(text, { [name]: value });
    expect(message).toBe(`${name} does not look as Kraken writes it.`);
    expect(message + hint).not.toContain(value);
  });

  it('are not taken from a file that others may read', () => {
    const { code, message } = refusal(text, {}, 0o644);
    expect(code).toBe('config-invalid');
    expect(message).not.toContain(key.secret);
  });
});
