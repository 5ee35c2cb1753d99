import { vi } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { openCloud } from '../../cli/context-cloud.ts';
import { monthsOf } from '../../shared/app/results.ts';
import type { ItemBody } from '../../shared/ports/state-store.ts';
import { fakeIdentity } from './cloud.ts';

/** Puts what a synthetic account of a data folder has into a cloud, as if the functions had traded it there. */
export async function moveToCloud(data: string, url: string): Promise<void> {
  for (const [name, value] of Object.entries(fakeIdentity(url))) vi.stubEnv(name, value);
  const from = openExistingState(openWorkspace({ data }), 'paper-synthetic');
  const to = await (await openCloud('paper')).openState();
  const partitions = ['ACCOUNT', 'FILL', 'BREAKER', 'REQUEST', 'CONFIG'].map(
    (name) => `${name}#paper-synthetic`,
  );
  const span = { fromMs: Date.UTC(2024, 11), toMs: Date.UTC(2025, 2) };
  for (const pk of [...partitions, ...monthsOf('paper-synthetic', span)]) {
    for (const item of await from.query(pk)) {
      const body: ItemBody = JSON.parse(
        JSON.stringify(item.body).replaceAll('paper-synthetic', 'paper-kraken'),
      );
      const key = { pk: pk.replace('paper-synthetic', 'paper-kraken'), sk: item.sk };
      const isHead = item.sk === 'HEAD';
      const told = isHead ? { ...body, source: 'kraken-api' } : body;
      await to.transact([{ kind: 'put', ...key, expect: 'absent', body: told }]);
    }
  }
  from.close();
  to.close();
  vi.unstubAllEnvs();
}
