import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ACCOUNT, type Emulator, projectFolder, REGION } from './emulator.ts';
import { type Run, run } from './process.ts';

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** The CDK's command line in a project, against the emulator. */
export interface Cdk {
  bootstrap(): Promise<Run>;
  /** @returns the outputs by stack id and name */
  deploy(...words: readonly string[]): Promise<z.output<typeof outputsSchema>>;
  /** Its code is 1 when there is a difference. */
  diff(...words: readonly string[]): Promise<Run>;
  destroy(...words: readonly string[]): Promise<Run>;
}

const BOOTSTRAP_MS_MAX = 90_000;
const DEPLOY_MS_MAX = 180_000;

/** @param folder where the project's `cdk.json` is */
export function cdkOn({ variables }: Emulator, folder = projectFolder): Cdk {
  const program = join(projectFolder, 'node_modules/.bin/cdk');
  const home = variables['HOME'] ?? '';
  const cdk = (words: readonly string[], timeoutMs: number) =>
    run([program, ...words, '--no-notices', '--output', join(home, 'cdk.out')], {
      variables,
      folder,
      timeoutMs,
    });
  const succeeded = async (words: readonly string[], timeoutMs: number) => {
    const ended = await cdk(words, timeoutMs);
    if (ended.code !== 0) throw new Error(`cdk ${words.join(' ')} failed:\n${ended.output}`);
    return ended;
  };
  return {
    bootstrap: () => succeeded(['bootstrap', `aws://${ACCOUNT}/${REGION}`], BOOTSTRAP_MS_MAX),
    async deploy(...words) {
      const file = join(home, 'outputs.json');
      const never = ['--require-approval', 'never', '--concurrency', '3', '--outputs-file', file];
      await succeeded(['deploy', '--all', ...never, ...words], DEPLOY_MS_MAX);
      return outputsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    },
    diff: (...words) => cdk(['diff', '--all', '--fail', ...words], DEPLOY_MS_MAX),
    destroy: (...words) => succeeded(['destroy', '--all', '--force', ...words], DEPLOY_MS_MAX),
  };
}
