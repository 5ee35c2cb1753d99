import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Deployment } from '../config/deployment.ts';
import { type FunctionName, type FunctionSettings, functionNames } from '../config/service.ts';
import { ccxtPlugin } from './ccxt-plugin.ts';

/** The folder of each function, ready to be uploaded. */
export type Bundles = Readonly<Record<FunctionName, string>>;

const ROOT = join(import.meta.dirname, '..');

/** Packages that are CommonJS call `require`, which a module does not have. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);";

/**
 * Bundles each function with all that it imports, AWS's SDK too: what ran in the tests is what runs in the cloud. The
 * same sources and settings give the same bytes, so that a deploy without a change has nothing to do.
 * @param into a folder; what lies in it under the names of functions is replaced
 */
export async function bundleFunctions(
  deployment: Deployment,
  into: string = join(ROOT, '.cache/bundles', deployment.name),
): Promise<Bundles> {
  const bundles = {
    'trade-tick': join(into, 'trade-tick'),
    'order-watch': join(into, 'order-watch'),
    breakers: join(into, 'breakers'),
    requests: join(into, 'requests'),
  };
  await Promise.all(functionNames.map((name) => bundleFunction(name, bundles[name])));
  const settings = `${JSON.stringify(settingsOf(deployment), null, 2)}\n`;
  for (const folder of Object.values(bundles)) writeFileSync(join(folder, 'config.json'), settings);
  return bundles;
}

async function bundleFunction(name: FunctionName, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build(bundleOptions(`functions/${name}.ts`, join(folder, 'index.mjs')));
}

/** How a source file becomes a module that needs nothing but Node. */
export function bundleOptions(entry: string, outfile: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // Names of functions are what a stack trace in the log is read by.
    keepNames: true,
    plugins: [ccxtPlugin],
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    legalComments: 'none',
    logLevel: 'warning',
  };
}

function settingsOf({ name, config, dev }: Deployment): FunctionSettings {
  return { environment: name, codeVersion: codeVersion(), config, dev };
}

function codeVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return manifest.version;
}
