import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { openCloud } from '../../cli/context-cloud.ts';
import { describeError } from '../../shared/core/errors.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { FAKE_ACCOUNT, type FakeCloud, fakeCloud, fakeIdentity } from '../helpers/cloud.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const OTHER = '999900001111';
writeFileSync(join(folder, 'ours.yaml'), `account: "${FAKE_ACCOUNT}"\nregion: eu-west-1\n`);
writeFileSync(join(folder, 'theirs.yaml'), `account: "${OTHER}"\nregion: eu-west-1\n`);

let cloud: FakeCloud;
const signIn = async (environment: string) => {
  cloud = await fakeCloud(environment);
  for (const [name, value] of Object.entries(fakeIdentity(cloud.url))) vi.stubEnv(name, value);
};
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud.close();
});

it('an environment that is bound to a region is asked there, whatever AWS_REGION says', async () => {
  await signIn('ours');
  const { environment, openCandles } = await openCloud('ours', { folder });
  expect(environment).toEqual({ name: 'ours', region: 'eu-west-1', accountId: FAKE_ACCOUNT });
  expect(await (await openCandles()).list()).toEqual([]);
  expect(cloud.calls).toEqual(['cloudformation eu-west-1 DescribeStacks', 's3 eu-west-1 LIST']);
});

it('credentials of another account than the one that it is bound to are refused before its data is read', async () => {
  await signIn('theirs');
  const refusal = async () => describeError(await openCloud('theirs', { folder }).catch((error) => error));
  expect(await refusal()).toBe(
    `aws-refused: Your credentials are of the account ${FAKE_ACCOUNT}; the environment theirs is bound to ${OTHER}.\n` +
      `  → Use credentials of ${OTHER} (AWS_PROFILE), or correct 'account' in config/environments/theirs.yaml.`,
  );
  expect(cloud.calls).toEqual(['cloudformation eu-west-1 DescribeStacks']);
  cloud.stacks.clear();
  expect(await refusal()).toContain(
    `in eu-west-1, in the account of your credentials, which should be ${OTHER}.`,
  );
});
