import { constants, setPriority } from 'node:os';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { type Lease, withLease } from '../../shared/app/lease.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import type { Action, Item, StateStore } from '../../shared/ports/state-store.ts';

// One of many that trade units between the holders of test/simulation/eight-processes.test.ts until an instant, by
// the chance of a seed: moves, reads, work under a lease, writes that must be refused, the file closed and opened.
// Ends with an error as soon as something is not as it must be, else says how often it did what.
const [file = '', name = '', seed = '0', untilMs = '0'] = process.argv.slice(2);
const { uniform } = randomOf(Number(seed), `process ${name}`);
const chosen = (count: number) => Math.floor(uniform() * count);
const done = { moves: 0, lost: 0, reads: 0, leases: 0, held: 0, refused: 0, openings: 0 };

// What else runs on this machine goes first.
setPriority(constants.priority.PRIORITY_LOW);

const must = (isTrue: boolean, what: string) => {
  if (!isTrue) throw new Error(`seed ${seed}, process ${name}: ${what}`);
};

const open = () => sqliteStateStore({ file, durability: chosen(2) ? 'full' : 'relaxed' });

const put = (item: Pick<Item, 'pk' | 'sk' | 'body'>, expect: 'absent' | number): Action => ({
  kind: 'put',
  ...item,
  expect,
});

async function move(store: StateStore): Promise<void> {
  const holders = await store.query('HOLDERS');
  const [from, to] = [holders[chosen(5)], holders[5 + chosen(5)]];
  if (!from || !to) throw new Error('the holders are gone');
  const units = chosen(200) - 100;
  const changed = (item: Item, by: number) =>
    put({ ...item, body: { units: Number(item.body['units']) + by } }, item.version);
  const entry = { pk: `MOVES#${name}`, sk: String(done.moves).padStart(9, '0') };
  const { ok } = await store.transact([
    changed(from, -units),
    changed(to, units),
    put({ ...entry, body: { from: from.sk, to: to.sk, units } }, 'absent'),
  ]);
  done[ok ? 'moves' : 'lost'] += 1;
}

async function read(store: StateStore): Promise<void> {
  const holders = await store.query('HOLDERS');
  const sum = holders.reduce((total, { body }) => total + Number(body['units']), 0);
  must(holders.length === 10 && sum === 10_000, `${holders.length} holders have ${sum}`);
  const moves = await store.query(`MOVES#${name}`, { from: '000000000' });
  must(moves.length === done.moves, `${moves.length} moves are stored, ${done.moves} were confirmed`);
  done.reads += 1;
}

function hasEnded(owner: string): boolean {
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch {
    return true;
  }
}

/** Goes in and out of a room in two transactions: nobody else may be in there, but who died in it. */
async function visit(store: StateStore, { owner, fence, check }: Lease): Promise<'done'> {
  const room = { pk: 'ROOM', sk: 'ROOM' };
  const found = await store.get(room);
  must(!found || hasEnded(String(found.body['owner'])), `${found?.body['owner']} is in the room`);
  const enter = put({ ...room, body: { owner } }, found?.version ?? 'absent');
  must((await store.transact([enter, check])).ok, 'the room could not be entered under the lease');
  const inside = await store.get(room);
  must(inside?.body['owner'] === owner, `${inside?.body['owner']} is in our room`);
  const sk = String(fence).padStart(9, '0');
  const leave: Action = { kind: 'remove', ...room, expect: inside?.version ?? 0 };
  const visited = await store.transact([leave, put({ pk: 'VISITS', sk, body: { owner } }, 'absent'), check]);
  must(visited.ok, 'the room could not be left under the lease');
  return 'done';
}

async function lease(store: StateStore): Promise<void> {
  const context = { store, account: 'room', leaseMs: 60_000, wallMs: Date.now, hasEnded };
  const outcome = await withLease({ ...context, owner: `${process.pid}` }, (held) => visit(store, held));
  done[outcome === 'done' ? 'leases' : 'held'] += 1;
}

/** Two conditions of three do not hold: nothing may be written. */
async function beRefused(store: StateStore): Promise<void> {
  const holder = await store.get({ pk: 'HOLDERS', sk: `${1 + chosen(9)}` });
  const result = await store.transact([
    put({ pk: 'NEVER', sk: name, body: {} }, 'absent'),
    put({ pk: 'HOLDERS', sk: holder?.sk ?? '', body: { units: 0 } }, (holder?.version ?? 0) + 1_000_000),
    { kind: 'check', pk: 'HOLDERS', sk: '0', fields: { units: 0.5 } },
  ]);
  must(!result.ok && String(result.failed) === '1,2', 'a write was taken on a condition that does not hold');
  done.refused += 1;
}

let store = open();
while (Date.now() < Number(untilMs)) {
  const way = uniform();
  if (way < 0.5) await move(store);
  else if (way < 0.65) await read(store);
  else if (way < 0.9) await lease(store);
  else if (way < 0.97) await beRefused(store);
  else {
    store.close();
    store = open();
    done.openings += 1;
  }
}
store.close();
console.log(JSON.stringify(done));
