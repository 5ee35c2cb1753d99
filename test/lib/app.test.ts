import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('the program that cdk runs says why it refuses, without a stack trace, and writes no template', () => {
  const out = join(folder, 'out');
  const app = join(import.meta.dirname, '../../bin/app.ts');
  // How the command line of `cdk` hands over its options, and where it looks for the templates.
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: '{"env":"papre"}' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [app], { env, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    "usage: There is no environment 'papre' (did you mean 'paper'?).",
    expect.stringMatching(/^ {2}→ Name one of dev, live, paper: -c env=NAME for cdk/),
    '',
  ]);
  expect(existsSync(join(out, 'manifest.json'))).toBe(false);
});
