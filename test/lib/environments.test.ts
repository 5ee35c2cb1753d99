import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDeployment } from '../../config/deployment.ts';
import { synthesise } from '../helpers/templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'hot-crypto-environments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const place = 'account: "123456789012"\nregion: eu-central-1\n';
const names = ['dev', 'paper', 'live', 'second'];
for (const name of names) writeFileSync(join(folder, `${name}.yaml`), place);
writeFileSync(join(folder, 'live.yaml'), `${place}live: { iUnderstandThatRealMoneyIsTraded: true }\n`);

const environments = names.map((name) => {
  const { stacks, ...templates } = synthesise(loadDeployment({ env: name }, { folder }));
  // The name stands in the names of stacks and exports, the namespace of metrics, and tags.
  const text = JSON.stringify(templates).replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'NAME');
  return { name, text, stacks };
});

describe('the environments', () => {
  it('differ in nothing but their name, also one that a person added', () => {
    const [dev, ...others] = environments;
    expect(dev?.text).toContain('HotCrypto/NAME');
    for (const { name, text } of others) expect(text === dev?.text, name).toBe(true);
  });

  it('have the same stacks, none of which AWS deletes in live before a person says so twice', () => {
    for (const { name, stacks } of environments)
      expect(stacks.map((one) => [one.stackName, one.terminationProtection])).toEqual(
        ['data', 'trading', 'edge', 'observability'].map((part) => [
          `hot-crypto-${name}-${part}`,
          name === 'live',
        ]),
      );
  });

  it('are bound to the account and region that their file names', () => {
    for (const { stacks } of environments)
      for (const { account, region } of stacks)
        expect({ account, region }).toEqual({ account: '123456789012', region: 'eu-central-1' });
  });
});
