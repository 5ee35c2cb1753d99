import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ACCOUNT, type Emulator, projectFolder, REGION } from './emulator.ts';
import { type Run, run } from './process.ts';

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** The CDK's command line in a copy of this project, against the emulator. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** @returns the outputs by stack id and name */
  deploy(...words: readonly string[]): Promise<z.output<typeof outputsSchema>>;
  /** Its code is 1 when there is a difference. */
  diff(...words: readonly string[]): Promise<Run>;
  destroy(...words: readonly string[]): Promise<void>;
  /** The template of a stack as it was deployed last. */
  template(stack: string): string;
  /** Writes a file of the copy. */
  write(path: string, text: string): void;
}

/** What is deployed is made of this. */
const SOURCES = ['bin', 'lib', 'functions', 'shared', 'config', 'package.json', 'cdk.json'];

const BOOTSTRAP_MS_MAX = 90_000;
const DEPLOY_MS_MAX = 180_000;

export function cdkOn({ variables }: Emulator): Cdk {
  const program = join(projectFolder, 'node_modules/.bin/cdk');
  const home = variables['HOME'] ?? '';
  const folder = join(home, 'project');
  for (const name of SOURCES) cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
  const cdk = (words: readonly string[], timeoutMs: number) =>
    run([program, ...words], { variables, folder, timeoutMs });
  const succeeded = (words: readonly string[], { code, output }: Run) => {
    if (code !== 0) throw new Error(`cdk ${words.join(' ')} failed:\n${output}`);
  };
  return {
    async bootstrap() {
      const words = ['bootstrap', `aws://${ACCOUNT}/${REGION}`];
      // Where there is no `cdk.json` it asks no application for its templates.
      const options = { variables, folder: home, timeoutMs: BOOTSTRAP_MS_MAX };
      succeeded(words, await run([program, ...words, '--no-notices'], options));
    },
    async deploy(...more) {
      const file = join(home, 'outputs.json');
      const words = ['deploy', '--all', '--require-approval', 'never', '--concurrency', '3', ...more];
      succeeded(words, await cdk([...words, '--outputs-file', file], DEPLOY_MS_MAX));
      return outputsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    },
    diff: (...words) => cdk(['diff', '--fail', ...words], DEPLOY_MS_MAX),
    async destroy(...more) {
      const words = ['destroy', '--all', '--force', ...more];
      succeeded(words, await cdk(words, DEPLOY_MS_MAX));
    },
    template: (stack) => readFileSync(join(folder, 'cdk.out', `${stack}.template.json`), 'utf8'),
    write: (path, text) => writeFileSync(join(folder, path), text),
  };
}
