import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadDeployment } from '../../config/deployment.ts';
import { functionNames } from '../../config/service.ts';
import { type Bundles, bundleFunctions, bundleOptions } from '../../lib/bundle.ts';
import { walk } from '../helpers/candles.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';

const { folder, remove } = temporaryFolder();
const deployment = loadDeployment({ env: 'dev', krakenUrl: 'http://127.0.0.1:8080' });
let bundles: Bundles;
beforeAll(async () => {
  vi.stubEnv('EXCHANGE_API_SECRET', 'hunter2-of-the-exchange');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2-of-the-account');
  bundles = await bundleFunctions(deployment, join(folder, 'first'));
});
afterAll(remove);

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const filesOf = (bundle: string) => readdirSync(bundle).sort();

describe('the bundles', () => {
  it('are a folder for each function, with the program and its settings', () => {
    expect(Object.keys(bundles)).toEqual([...functionNames]);
    for (const bundle of Object.values(bundles))
      expect(filesOf(bundle)).toEqual(['config.json', 'index.mjs']);
  });

  // Otherwise each deploy would change something, and `cdk diff` would never be empty.
  it('are the same bytes when they are made again, elsewhere and whatever lay there', async () => {
    const stale = join(folder, 'second/breakers');
    mkdirSync(stale, { recursive: true });
    writeFileSync(join(stale, 'old.mjs'), '');
    const again = await bundleFunctions(deployment, join(folder, 'second'));
    expect(filesOf(stale)).toEqual(['config.json', 'index.mjs']);
    for (const name of functionNames)
      for (const file of filesOf(bundles[name]))
        expect(hashOf(join(again[name], file)), `${name}/${file}`).toBe(hashOf(join(bundles[name], file)));
  });

  it('hold the settings of the environment', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    for (const bundle of Object.values(bundles))
      expect(JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'))).toEqual({
        environment: 'dev',
        codeVersion: version,
        config: deployment.config,
        dev: { krakenUrl: 'http://127.0.0.1:8080', acceptsPlaceholder: true },
      });
  });

  it('hold no secret of this machine, and not its folders', () => {
    for (const bundle of Object.values(bundles))
      for (const file of filesOf(bundle)) {
        const text = readFileSync(join(bundle, file), 'utf8');
        expect(text.includes('hunter2'), file).toBe(false);
        expect(text.includes(join(import.meta.dirname, '../..')), file).toBe(false);
      }
  });

  it('export a handler, and stay below three megabytes', async () => {
    for (const bundle of Object.values(bundles)) {
      const file = join(bundle, 'index.mjs');
      expect(/export\{[^}]*\bas handler\b/.test(readFileSync(file, 'utf8'))).toBe(true);
      expect(statSync(file).size).toBeLessThan(3e6);
    }
  });
});

// All of ccxt would be six megabytes: what is left of it must still do its work.
describe('Kraken in a bundle', () => {
  const file = join(folder, 'kraken.mjs');
  beforeAll(async () => {
    await build(bundleOptions('shared/adapters/sources/kraken.ts', file));
  });

  it('is its class alone', () => {
    expect(statSync(file).size).toBeLessThan(1.5e6);
    expect(readFileSync(file, 'utf8').includes('api.binance.com')).toBe(false);
  });

  it('gives candles, and knows a symbol that there is not', async () => {
    const btc = walk(7, 20);
    const server = await krakenPublic({ 'XXBTZUSD/240': btc });
    try {
      const { krakenSource }: typeof import('../../shared/adapters/sources/kraken.ts') = await import(
        /* @vite-ignore */ pathToFileURL(file).href
      );
      const source = krakenSource({ baseUrl: server.baseUrl });
      const request = { timeframe: '4h', fromMs: 0, nowMs: (btc.openMs[19] ?? 0) + 60_000 } as const;
      const { openMs } = await source.closedCandles({ ...request, symbol: 'BTC/USD' });
      expect([...openMs]).toEqual([...btc.openMs.slice(0, 19)]);
      await expect(source.closedCandles({ ...request, symbol: 'NO/USD' })).rejects.toMatchObject({
        name: 'AppError',
        code: 'not-found',
      });
    } finally {
      await server.close();
    }
  });
});
