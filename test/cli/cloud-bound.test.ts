import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, FAKE_ACCOUNT, fakeCloud } from '../helpers/cloud.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const OTHER = '999900001111';
writeFileSync(join(folder, 'ours.yaml'), `account: "${FAKE_ACCOUNT}"\nregion: eu-west-1\n`);
writeFileSync(join(folder, 'theirs.yaml'), `account: "${OTHER}"\nregion: eu-west-1\n`);
vi.mock('../../config/deployment.ts', async (original) => {
  const real = await original<typeof import('../../config/deployment.ts')>();
  return { loadDeployment: (context: Record<string, unknown>) => real.loadDeployment(context, { folder }) };
});

it('an environment that is bound to a region is asked there, whatever AWS_REGION says', async () => {
  const cloud = await fakeCloud('ours');
  const { code, stdout } = await cloudCli(cloud.url, 'candles', 'list', '--env', 'ours');
  expect([code, stdout]).toEqual([0, 'candles of env ours (eu-west-1)\nNo candles are stored yet.\n']);
  expect(cloud.calls).toEqual(['cloudformation eu-west-1 DescribeStacks', 's3 eu-west-1 LIST']);
  await cloud.close();
});

it('credentials of another account than the one that it is bound to are refused before its data is read', async () => {
  const cloud = await fakeCloud('theirs');
  const { code, stdout, stderr } = await cloudCli(cloud.url, 'status', '--env', 'theirs');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    `aws-refused: Your credentials are of the account ${FAKE_ACCOUNT}; the environment theirs is bound to ${OTHER}.\n` +
      `  → Use credentials of ${OTHER} (AWS_PROFILE), or correct 'account' in config/environments/theirs.yaml.\n`,
  );
  expect(cloud.calls).toEqual(['cloudformation eu-west-1 DescribeStacks']);
  cloud.stacks.clear();
  expect((await cloudCli(cloud.url, 'status', '--env', 'theirs')).stderr).toContain(
    `in eu-west-1, in the account of your credentials, which should be ${OTHER}.`,
  );
  await cloud.close();
});
