import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probeFolder } from '../../../shared/adapters/files/probe-folder.ts';
import { temporaryFolder } from '../../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

describe('the probe of a folder', () => {
  it('finds one that can be written, with the room on its disk, and leaves nothing there', () => {
    const { freeBytes, ...rest } = probeFolder(folder);
    expect(rest).toEqual({ isThere: true, fault: null });
    expect(freeBytes).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tries the folder that a missing one would be made in, and makes none', () => {
    expect(probeFolder(join(folder, 'not/yet'))).toMatchObject({ isThere: false, fault: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('finds the fault: a file in the place of the folder or above it', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(probeFolder(file)).toMatchObject({ isThere: true, fault: `'${file}' is not a folder` });
    expect(probeFolder(join(file, 'x'))).toMatchObject({
      isThere: false,
      fault: `'${file}' is not a folder`,
    });
  });

  it('finds the fault: it cannot be written', () => {
    // Something already has the name of the probe: nobody may overwrite it, not even root.
    const probe = join(folder, `.probe-${process.pid}.tmp`);
    writeFileSync(probe, 'mine');
    expect(probeFolder(folder).fault).toBe(`'${folder}' cannot be written (EEXIST)`);
    expect(readdirSync(folder)).toContain(`.probe-${process.pid}.tmp`);
  });
});
