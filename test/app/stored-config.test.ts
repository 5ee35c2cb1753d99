import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { keys } from '../../shared/app/items.ts';
import { replay } from '../../shared/app/replay.ts';
import { configOf } from '../../shared/app/stored-config.ts';
import { tick } from '../../shared/app/tick.ts';
import { jsonHash } from '../../shared/core/hash.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { calm, quiet, staged } from '../helpers/stage.ts';
import { paperOf, type Worker, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
const world = staged({ BTC: [`${calm} turtle:long`, ...quiet(3)] }, { lookbackRows: 20 });
const hash = jsonHash(world.config);

/** A worker's paper whose decisions name the true hash of its config. */
function paperNaming(own: World, worker: Worker) {
  const { trader, ...paper } = paperOf(own, worker);
  return { ...paper, trader: { ...trader, configHash: jsonHash(trader.config) } };
}

/** A store that counts the writes of configs. */
function counting(store: StateStore) {
  const writes: string[] = [];
  const counted: StateStore = {
    ...store,
    transact: (actions) => {
      writes.push(...actions.filter(({ pk }) => pk.startsWith('CONFIG#')).map(({ sk }) => sk));
      return store.transact(actions);
    },
  };
  return { counted, writes };
}

describe('the config that decides', () => {
  it('is kept by the tick that first decides by it, and written by no other', async () => {
    const { counted, writes } = counting(memory());
    const { decisions } = await replay(paperNaming(world, { store: counted }), world);
    expect(decisions.map(({ config }) => config)).toEqual(decisions.map(() => hash));
    expect(decisions.length).toBeGreaterThan(3);
    expect(writes).toEqual([hash]);
    expect(await configOf(counted, world.account, hash)).toEqual(world.config);
  });

  it('is kept beside the earlier one when it changes', async () => {
    const { counted, writes } = counting(memory());
    await replay(paperNaming(world, { store: counted }), world);
    const config = { ...world.config, fees: { maker: 0.001, taker: 0.002 } };
    const { trader } = paperNaming(world, { store: counted, config });
    const atMs = world.toMs + 4 * 3_600_000;
    await tick(trader, { analyst: analystOf(trader), atMs, isMissed: true });
    expect(writes).toEqual([hash, jsonHash(config)]);
    expect(await configOf(counted, world.account, hash)).toEqual(world.config);
    expect(await configOf(counted, world.account, jsonHash(config))).toEqual(config);
  });

  it('lies in a partition of its own: loading the account does not read it', async () => {
    const store = memory();
    await replay(paperNaming(world, { store }), world);
    expect(keys.config(world.account, hash)).toEqual({ pk: 'CONFIG#replay-test', sk: hash });
    const loaded = await store.query(`ACCOUNT#${world.account}`);
    expect(loaded.filter(({ sk }) => sk.includes(hash))).toEqual([]);
  });

  it('that is not there, or has another content than its name says, is refused', async () => {
    const store = memory();
    await expect(configOf(store, world.account, hash)).rejects.toMatchObject({
      code: 'not-found',
      message: `The config ${hash.slice(0, 12)} that this decision was made by is not stored.`,
    });
    const key = keys.config(world.account, hash);
    const body = { ...world.config, capital: 1 };
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body }]);
    await expect(configOf(store, world.account, hash)).rejects.toMatchObject({ code: 'state-invalid' });
  });
});
