import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charge, callBudget } from '../../../shared/adapters/kraken/budget.ts';
import { callLimits, changeCost, raise, type Tier } from '../../../shared/adapters/kraken/limits.ts';
import type { StateStore } from '../../../shared/ports/state-store.ts';
import { NOW_MS } from '../../helpers/kraken-account.ts';
import { memory } from '../../helpers/paper-orders.ts';

const add = { symbol: 'BTC/USD', action: 'add' } as const;

function budgetAt(clock: { nowMs: number }, tier: Tier = 'starter', store: StateStore = memory()) {
  return callBudget({ store, account: 'live', tier, nowMs: () => clock.nowMs });
}

/** Draws until there is no room. */
async function drained(budget: ReturnType<typeof budgetAt>, charge: Charge) {
  for (let count = 0; ; count++) {
    const drawn = await budget.draw(charge);
    if (drawn.kind === 'short') return { count, waitMs: drawn.waitMs };
  }
}

describe('what a call costs', () => {
  // Kraken's tables, and eight seconds during which a call may be under way.
  it.each([
    ['cancel', 0, 8],
    ['cancel', 12_999, 8],
    ['cancel', 13_000, 6],
    ['cancel', 18_000, 5],
    ['cancel', 23_000, 4],
    ['cancel', 53_000, 2],
    ['cancel', 98_000, 1],
    ['cancel', 308_000, 0],
    ['amend', 0, 4],
    ['amend', 13_000, 3],
    ['amend', 18_000, 2],
    ['amend', 23_000, 1],
  ] as const)('%s of an order of %i ms: %i', (change, ageMs, cost) => {
    expect(changeCost(change, ageMs)).toBe(cost);
  });

  it('lapses with time, from where it is', () => {
    const { calls } = callLimits.starter;
    const { counter } = raise({ used: 5, atMs: 0 }, calls, { cost: 1, share: 1, nowMs: 10_000 });
    expect(counter.used).toBeCloseTo(5 - 3.3 + 1);
    expect(raise({ used: 1, atMs: 0 }, calls, { cost: 0, share: 1, nowMs: 60_000 }).counter.used).toBe(0);
  });

  it('does not lapse while a clock stands behind, and goes on from there when it was set back far', () => {
    const { calls } = callLimits.starter;
    const wanted = { cost: 0, share: 1 };
    expect(raise({ used: 5, atMs: 30_000 }, calls, { ...wanted, nowMs: 0 }).counter).toEqual({
      used: 5,
      atMs: 30_000,
    });
    expect(raise({ used: 5, atMs: 86_400_000 }, calls, { ...wanted, nowMs: 0 }).counter).toEqual({
      used: 5,
      atMs: 0,
    });
  });
});

describe('the budget of an account', () => {
  it('ends before the counter of private calls is full, and says when there is room', async () => {
    const clock = { nowMs: NOW_MS };
    const budget = budgetAt(clock);
    // 15 − 8 s × 0.33 = 12.36; the thirteenth call is 0.64 over: 0.64 ÷ 0.33 = 1.94 s.
    expect(await drained(budget, { calls: 1 })).toEqual({ count: 12, waitMs: 1940 });
    clock.nowMs += 1940;
    expect(await budget.draw({ calls: 1 })).toMatchObject({ kind: 'drawn' });
  });

  it('lets entries use three fifths of a pair, and stops, exits and cancels the rest', async () => {
    const budget = budgetAt({ nowMs: NOW_MS });
    // 60 − 8 s × 1 = 52; × 0.6 = 31.2.
    expect(await drained(budget, { calls: 0, change: add, isEntry: true })).toMatchObject({ count: 31 });
    expect(await budget.draw({ calls: 0, change: { ...add, action: 'cancel' } })).toMatchObject({
      kind: 'drawn',
    });
    // 52 − 31 − 8 for the cancel of an order that was just placed.
    expect(await drained(budget, { calls: 0, change: add })).toMatchObject({ count: 13 });
    expect(await budget.draw({ calls: 0, change: { ...add, symbol: 'ETH/USD' } })).toMatchObject({
      kind: 'drawn',
    });
  });

  it('lets no entry in when looking has used three fifths of the calls; a stop it does', async () => {
    const budget = budgetAt({ nowMs: NOW_MS });
    for (let i = 0; i < 8; i++) await budget.draw({ calls: 1 });
    const short = await budget.draw({ calls: 0, change: add, isEntry: true });
    expect(short).toMatchObject({ kind: 'short', why: expect.stringContaining('kept for stops and exits') });
    expect(await budget.draw({ calls: 0, change: add })).toMatchObject({ kind: 'drawn' });
  });

  it('is full when Kraken says so', async () => {
    const clock = { nowMs: NOW_MS };
    const budget = budgetAt(clock);
    await budget.draw({ calls: 1, change: add });
    await budget.fill(undefined);
    // 15 + 1 − 12.36 = 3.64; ÷ 0.33 = 11.03 s.
    expect(await budget.draw({ calls: 1 })).toMatchObject({ kind: 'short', waitMs: 11_031 });
    expect(await budget.draw({ calls: 0, change: add })).toMatchObject({ kind: 'drawn' });
    await budget.fill('BTC/USD');
    // 60 + 1 − 52 = 9 s.
    expect(await budget.draw({ calls: 0, change: add })).toMatchObject({ kind: 'short', waitMs: 9000 });
  });

  it('gives nonces in microseconds that only grow, whatever the clock does', async () => {
    const clock = { nowMs: NOW_MS };
    const store = memory();
    const budget = budgetAt(clock, 'pro', store);
    const next = async () => {
      const drawn = await budget.draw({ calls: 0 });
      return drawn.kind === 'drawn' ? BigInt(drawn.nonce) - BigInt(NOW_MS) * 1000n : undefined;
    };
    expect(await next()).toBe(0n);
    expect(await next()).toBe(1n);
    clock.nowMs -= 3_600_000;
    expect(await next()).toBe(2n);
    clock.nowMs = NOW_MS + 5;
    expect(await next()).toBe(5000n);
    const other = callBudget({ store, account: 'live', tier: 'pro', nowMs: () => 0 });
    expect(await other.draw({ calls: 0 })).toMatchObject({ nonce: String(NOW_MS * 1000 + 5001) });
  });

  it('refuses what is stored and no counter', async () => {
    const store = memory();
    await store.transact([
      { kind: 'put', pk: 'BUDGET#live', sk: 'CALLS', expect: 'absent', body: { used: 'many' } },
    ]);
    await expect(budgetAt({ nowMs: NOW_MS }, 'pro', store).draw({ calls: 1 })).rejects.toMatchObject({
      code: 'state-invalid',
    });
  });
});

/** Kraken's counter of one key or pair, at the moment at which calls arrive. */
function krakenCounter({ max, decayPerSecond }: { readonly max: number; readonly decayPerSecond: number }) {
  let used = 0;
  let atMs = 0;
  return (nowMs: number, cost: number): boolean => {
    used = Math.max(0, used - ((nowMs - atMs) / 1000) * decayPerSecond) + cost;
    atMs = nowMs;
    return used <= max + 1e-9;
  };
}

const charges: readonly Charge[] = [
  { calls: 1 },
  { calls: 2 },
  { calls: 0, change: add, isEntry: true },
  { calls: 0, change: add },
  { calls: 0, change: { ...add, action: 'amend' } },
  { calls: 0, change: { ...add, action: 'cancel' } },
  { calls: 0, change: { symbol: 'ETH/USD', action: 'add' } },
];

interface Arrival {
  readonly charge: Charge;
  readonly atMs: number;
}

/** Whether Kraken would have taken all of these: changes cost what the age of the pair's youngest order makes them cost. */
function isWithin(arrivals: readonly Arrival[], tier: Tier): boolean {
  const calls = krakenCounter(callLimits[tier].calls);
  const pairs = new Map<string, { readonly take: ReturnType<typeof krakenCounter>; changedMs: number }>();
  return [...arrivals]
    .sort((a, b) => a.atMs - b.atMs)
    .every(({ charge, atMs }) => {
      if (!calls(atMs, charge.calls)) return false;
      if (!charge.change) return true;
      const { symbol, action } = charge.change;
      const pair = pairs.get(symbol) ?? { take: krakenCounter(callLimits[tier].pair), changedMs: atMs };
      pairs.set(symbol, pair);
      const ages =
        action === 'amend'
          ? [
              [5, 4],
              [10, 3],
              [15, 2],
              [Infinity, 1],
            ]
          : [
              [5, 8],
              [10, 6],
              [15, 5],
              [45, 4],
              [90, 2],
              [300, 1],
              [Infinity, 0],
            ];
      const age = (atMs - pair.changedMs) / 1000;
      const cost = action === 'add' ? 1 : (ages.find(([below = 0]) => age < below)?.[1] ?? 0);
      if (action !== 'cancel') pair.changedMs = atMs;
      return pair.take(atMs, cost);
    });
}

describe('several processes on one account', () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 30_000 })),
    process: fc.integer({ min: 0, max: 2 }),
    charge: fc.constantFrom(...charges),
    delayMs: fc.integer({ min: 0, max: 7_400 }),
  });

  it('never fill a counter of Kraken, however late their calls arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 60, maxLength: 120 }),
        fc.constantFrom<Tier>('starter', 'intermediate', 'pro'),
        async (steps, tier) => {
          const store = memory();
          const clock = { nowMs: NOW_MS };
          // Their clocks differ: what lapses by that alone is in the eight seconds too.
          const processes = [0, -300, 300].map((offMs) =>
            callBudget({ store, account: 'live', tier, nowMs: () => clock.nowMs + offMs }),
          );
          const arrivals: Arrival[] = [];
          for (const { afterMs, process, charge, delayMs } of steps) {
            clock.nowMs += afterMs;
            const drawn = await processes[process]?.draw(charge);
            if (drawn?.kind === 'drawn') arrivals.push({ charge, atMs: clock.nowMs + delayMs });
          }
          expect(isWithin(arrivals, tier)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('at the same moment get nonces of their own, and no more calls together than one alone', async () => {
    const store = memory();
    const clock = { nowMs: NOW_MS };
    const drawn = await Promise.all(
      Array.from({ length: 16 }, () => budgetAt(clock, 'starter', store).draw({ calls: 1 })),
    );
    const nonces = drawn.flatMap((one) => (one.kind === 'drawn' ? [one.nonce] : []));
    expect(nonces).toHaveLength(12);
    expect(new Set(nonces).size).toBe(12);
  });
});
