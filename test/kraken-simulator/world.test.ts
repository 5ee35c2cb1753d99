import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import { krakenDoor, type RawCall, type Reply } from './door.ts';
import { type FaultLevel, faultLevels } from './faults.ts';
import { demoKey } from './keys.ts';
import { MADE_START_MS, madeWorld } from './made-market.ts';
import { placed } from './opened-book.ts';
import { reportOf } from './report.ts';
import { krakenSignature } from './signature.ts';
import type { KrakenWorld } from './world.ts';

const MINUTE = 60_000;
const key = demoKey();

function signed(endpoint: string, nonce: number, params: Record<string, string> = {}): RawCall {
  const path = `/0/private/${endpoint}`;
  const body = String(new URLSearchParams({ nonce: String(nonce), ...params }));
  const signature = krakenSignature({ path, nonce: String(nonce), body }, key.secret);
  const query = new URLSearchParams();
  return { method: 'POST', path, query, userAgent: 'test', apiKey: key.apiKey, signature, body };
}

const buy = { pair: 'XBTUSD', type: 'buy', ordertype: 'market', volume: '0.001', oflags: 'fciq' };

/** A world at a level of faults, and what an hour of orders, one a minute, was told. */
function hour(level: FaultLevel, seed = 7) {
  const world = madeWorld(level, seed);
  const door = krakenDoor(world, [key]);
  const replies = Array.from({ length: 60 }, (_, i) => {
    world.advance(MADE_START_MS + i * MINUTE);
    return door.call(signed('AddOrder', i + 1, { ...buy, cl_ord_id: `order-${i}` }));
  });
  world.advance(MADE_START_MS + 120 * MINUTE);
  return { world, replies, report: reportOf(world, door) };
}

describe('a world', () => {
  it('is the same for the same seed and calls, and another for another seed', () => {
    expect(hour('heavy')).toMatchObject({ report: hour('heavy').report, replies: hour('heavy').replies });
    expect(hour('heavy', 8).report).not.toEqual(hour('heavy').report);
  });

  it('accepts and answers everything where nothing goes wrong', () => {
    const { world, replies } = hour('none');
    expect(replies.every((reply) => reply.kind === 'answer' && 'result' in reply.answer)).toBe(true);
    expect(world.book.accepted.size).toBe(60);
  });

  it('accepts some orders that it does not answer, and answers none that it does not accept', () => {
    const { world, replies } = hour('heavy', 3);
    const told = (reply: Reply | undefined) =>
      reply !== undefined && 'answer' in reply && reply.kind !== 'cut-off' && 'result' in reply.answer;
    const accepted = replies.map((_, i) => world.book.accepted.has(`order-${i}`));
    expect(replies.filter((reply, i) => told(reply) && !accepted[i])).toEqual([]);
    expect(replies.filter((reply, i) => !told(reply) && accepted[i]).length).toBeGreaterThan(3);
  });

  it('goes over the minutes of its candles, to the last trade of each', () => {
    const world = madeWorld();
    const [pair] = world.book.pairs;
    if (!pair) throw new Error('no pair');
    for (let minute = 0; minute < 30; minute++) {
      world.advance(MADE_START_MS + minute * MINUTE - 1);
      const close = world.market.minute(pair, MADE_START_MS + (minute - 1) * MINUTE)?.close ?? 0;
      expect(world.book.quote(pair.name)?.last).toBe(BigInt(close) * pair.tick);
    }
  });

  it('stops where its candles end', () => {
    const world = madeWorld();
    const end = world.market.span.toMs;
    world.advance(end + 10 * MINUTE);
    expect(world.trueMs()).toBe(end);
  });

  it('refuses by its nonce a call that arrives after a later one, not one that waited inside', () => {
    const arrived = (isQueued: boolean) => {
      const world = madeWorld();
      const faults = [{ kind: 'late', delayMs: 3_000, isQueued } as const];
      const staged: KrakenWorld = { ...world, drawFault: () => faults.shift() ?? { kind: 'none' } };
      const door = krakenDoor(staged, [key]);
      expect(door.call(signed('AddOrder', 1, buy))).toEqual({ kind: 'silence' });
      door.call(signed('OpenOrders', 2));
      world.advance(MADE_START_MS + 5_000);
      return world.book.orders.size;
    };
    expect([arrived(false), arrived(true)]).toEqual([0, 1]);
  });

  it('refuses by its deadline a call that waited inside for too long', () => {
    const world = madeWorld();
    const staged: KrakenWorld = {
      ...world,
      drawFault: () => ({ kind: 'late', delayMs: 10_001, isQueued: true }),
    };
    const deadline = new Date(MADE_START_MS + 10_000).toISOString();
    krakenDoor(staged, [key]).call(signed('AddOrder', 1, { ...buy, deadline }));
    world.advance(MADE_START_MS + MINUTE);
    expect(world.book.orders.size).toBe(0);
  });

  it('runs into every kind of fault within weeks when they are heavy', () => {
    const world = madeWorld('heavy');
    for (let i = 0; i < 3_000; i++) {
      world.drawFault();
      world.drawLag();
    }
    world.advance(MADE_START_MS + 7 * 1440 * MINUTE);
    expect([...world.counts].filter(([, count]) => count === 0)).toEqual([]);
    expect(Math.abs(world.nowMs() - world.trueMs())).toBeLessThanOrEqual(faultLevels.heavy.clockOffsetMs);
    world.setLevel('none');
    expect(world.drawFault()).toEqual({ kind: 'none' });
  });

  it('tells for how long a position stood without protection, and not of dust', () => {
    const world = madeWorld();
    const order = { pair: 'XBTUSD', side: 'buy', type: 'market', volume: unitsOf('0.01') } as const;
    const arrival = () => ({ nowMs: world.nowMs() });
    world.book.add({ ...order, clOrdId: 'entry' }, arrival());
    world.look();
    world.advance(MADE_START_MS + 2 * MINUTE);
    const stop = { ...order, side: 'sell', type: 'stop-loss', price: unitsOf('40000') } as const;
    world.book.add({ ...stop, volume: unitsOf('0.00999'), clOrdId: 'stop' }, arrival());
    world.look();
    expect(world.naked.map(({ fromMs, toMs, most }) => [fromMs, toMs, textOf(most)])).toEqual([
      [MADE_START_MS, MADE_START_MS + 2 * MINUTE, '0.01'],
    ]);
    world.book.ownerOrder(order, world.nowMs());
    world.look();
    expect(world.naked).toHaveLength(1);
    world.book.cancel({ clOrdId: 'stop' }, arrival());
    placed(world.book.ownerOrder(stop, world.nowMs()));
    world.look();
    expect(world.naked[1]).toMatchObject({ toMs: null, blockedMs: 0 });
    world.book.setMode('cancel_only');
    world.advance(MADE_START_MS + 5 * MINUTE);
    expect(world.naked[1]?.blockedMs).toBe(3 * MINUTE);
  });
});
