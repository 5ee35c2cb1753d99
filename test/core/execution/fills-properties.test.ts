import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { marketPrice } from '../../../shared/core/execution/costs.ts';
import type { Fill, MarketOrder, Side } from '../../../shared/core/execution/fill-orders.ts';
import { fillAtOpen } from '../../../shared/core/execution/fills.ts';
import { type FillCase, modes, paidRules, playCase } from '../../helpers/fill-case.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../cases', name), 'utf8')) as FillCase[];
const cases = [...read('fills.json'), ...read('fills-more.json')];

/** The case with every price replaced; `high` and `low` change places where the replacement turns them round. */
function withPrices(given: FillCase, change: (price: number) => number): FillCase {
  const candles = given.c.map(([open, high, low, close]) => {
    const [a, b] = [change(high), change(low)];
    return [change(open), Math.max(a, b), Math.min(a, b), change(close)] as const;
  });
  const { entry, exit } = given.exp;
  return {
    ...given,
    c: candles,
    ...(given.sl !== undefined && { sl: change(given.sl) }),
    ...(given.tp !== undefined && { tp: change(given.tp) }),
    ...(given.limit !== undefined && { limit: change(given.limit) }),
    exp: {
      entry: entry && [entry[0], change(entry[1])],
      exit: exit && exit !== 'policy' ? [exit[0], change(exit[1]), exit[2]] : null,
    },
  };
}

function inMirror(given: FillCase): FillCase {
  const { trail } = given;
  const isLong = given.side !== 'short';
  return {
    ...withPrices(given, (price) => Number((10_000 / price).toFixed(8))),
    side: isLong ? 'short' : 'long',
    ...(trail !== undefined && { trail: isLong ? 1 / (1 - trail) - 1 : 1 - 1 / (1 + trail) }),
  };
}

const labels = cases.map((one) => [one.id, one] as const);

describe('a case', () => {
  it.each(labels)('%s scaled by a power of two gives the same trade, scaled', (_id, one) => {
    for (const mode of modes) {
      const { entry, exit } = playCase(one, mode);
      for (const scale of [1 / 4, 1 / 2, 2, 1024]) {
        const scaled = playCase(
          withPrices(one, (price) => price * scale),
          mode,
        );
        expect(scaled.entry).toEqual(entry && [entry[0], entry[1] * scale]);
        expect(scaled.exit).toEqual(exit && [exit[0], exit[1] * scale, exit[2]]);
      }
    }
  });

  // Price p becomes 10,000 / p: what was a fraction f below a high is then 1 / (1 − f) − 1 above a low.
  it.each(labels)('%s in the mirror gives the same trade on the other side', (_id, one) => {
    const mirrored = inMirror(one);
    for (const mode of modes) {
      const { entry, exit } = playCase(one, mode);
      const image = playCase(mirrored, mode);
      expect([image.entry?.[0], image.exit?.[0], image.exit?.[2]]).toEqual([
        entry?.[0],
        exit?.[0],
        exit?.[2],
      ]);
      if (entry) expect(image.entry?.[1]).toBeCloseTo(10_000 / entry[1], 5);
      if (exit) expect(image.exit?.[1]).toBeCloseTo(10_000 / exit[1], 5);
    }
  });

  // 07, 14, M14: which came first; 20, M20: how high the trail stood; 23, M23: what came before the entry.
  const undecidable = ['07', '14', '20', '23', 'M14', 'M20', 'M23'];
  // Watched rules look at the close of an exec candle, so finer candles rightly give them more looks.
  const decidable = labels.filter(([id, { mode }]) => !undecidable.includes(id) && mode !== 'watched');
  it.each(decidable)('%s split into three candles, up or down first, gives the same trade', (_id, one) => {
    const mode = one.trail === undefined ? 'target-resting' : 'trail-exchange';
    const { entry, exit } = playCase(one, mode);
    for (const path of ['up first', 'down first'] as const) {
      const fine = playCase(split(one, path), mode);
      expect(fine.entry && [Math.floor(fine.entry[0] / 3), fine.entry[1]], path).toEqual(entry);
      expect(fine.exit && [Math.floor(fine.exit[0] / 3), ...fine.exit.slice(1)], path).toEqual(exit);
    }
  });

  it('07 with finer candles that rise first takes the target', () => {
    const one = cases.find(({ id }) => id === '07');
    expect(one && playCase(split(one, 'up first'), 'target-resting').exit).toEqual([6, 105, 'TARGET']);
    expect(one && playCase(split(one, 'down first'), 'target-resting').exit).toEqual([6, 95, 'STOP']);
  });
});

type Row = FillCase['c'][number];
const rowOf = (path: readonly number[]): Row => [
  path[0] ?? 0,
  Math.max(...path),
  Math.min(...path),
  path.at(-1) ?? 0,
];

function split(given: FillCase, path: 'up first' | 'down first'): FillCase {
  const c = given.c.flatMap(([open, high, low, close]): Row[] => {
    const [a, b] = path === 'up first' ? [high, low] : [low, high];
    return [rowOf([open, a]), rowOf([a, b]), rowOf([b, close])];
  });
  const last = (candle: number) => candle * 3 + 2;
  const exitSignal = given.exit_sig !== undefined && { exit_sig: last(given.exit_sig) };
  return { ...given, c, entry: last(given.entry), ...exitSignal };
}

describe('a candle', () => {
  const step = fc.integer({ min: -300, max: 300 });
  const distance = fc.integer({ min: 1, max: 600 });
  const input = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    below: distance,
    above: distance,
  });

  it('tells the trade of its path wherever only one of stop and target is in reach, else the worse', () => {
    fc.assert(
      fc.property(input, ({ steps, below, above }) => {
        const path = [100];
        for (const by of steps) path.push(Math.round((path.at(-1) ?? 0) * 100 + by) / 100);
        const pieces = path.slice(1).map((price, i) => rowOf([path[i] ?? 0, price]));
        const [sl, tp] = [(10_000 - below) / 100, (10_000 + above) / 100];
        const play = (c: readonly Row[]) => {
          const signal: Row = [100, 100, 100, 100];
          const given = { id: '', name: '', sl, tp, c: [signal, ...c], entry: 0, exp: { entry: null } };
          const { exit } = playCase(given, 'target-resting');
          return exit && { price: exit[1], reason: exit[2] };
        };
        const [coarse, fine] = [play([rowOf(path)]), play(pieces)];
        const isBoth = Math.min(...path) <= sl && Math.max(...path) > tp;
        if (isBoth) {
          expect(coarse).toEqual({ price: sl, reason: 'STOP' });
          expect([sl, tp]).toContain(fine?.price);
        } else {
          expect(coarse).toEqual(fine);
        }
      }),
    );
  });
});

describe('a modelled fill', () => {
  // Open in cents, tick 0.01, half-spread + slippage 3 bps: the exact price is cents × (10,000 ± 3) / 10,000.
  it('is never better than the open, and worse by its costs once and less than a tick', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (cents) => {
        const bought = marketPrice('buy', cents / 100, paidRules(2));
        const sold = marketPrice('sell', cents / 100, paidRules(2));
        const dear = bought * 10_000n - BigInt(cents) * cent * 10_003n;
        const cheap = BigInt(cents) * cent * 9_997n - sold * 10_000n;
        for (const rounding of [dear, cheap]) expect(rounding >= 0n && rounding < cent * 10_000n).toBe(true);
      }),
    );
  });
});

const cashRules = { ...paidRules(2), lotDecimals: 4 };
const cent = unitsOf('0.01');
const lot = unitsOf('0.0001');

/** Buys at the first open and sells at those that follow, as far as their volume goes; again when flat. */
function trade(size: number, candles: readonly { readonly cents: number; readonly volume: number }[]) {
  const fills: (Fill & { readonly side: Side })[] = [];
  let held = 0n;
  for (const { cents, volume } of candles) {
    const open = cents / 100;
    const base = { id: 'order', kind: 'market' } as const;
    const order: MarketOrder =
      held === 0n
        ? { ...base, side: 'buy', isEntry: true, quantity: BigInt(size) * lot }
        : { ...base, side: 'sell', isEntry: false, quantity: held };
    const candle = { open, high: open, low: open, close: open, volume: volume / 10 };
    const fill = fillAtOpen([order], candle, cashRules)[0]?.fill;
    if (fill === undefined) continue;
    fills.push({ ...fill, side: order.side });
    held += order.side === 'buy' ? fill.quantity : -fill.quantity;
  }
  return { fills, held };
}

describe('cash', () => {
  const lots = fc.integer({ min: 1, max: 1_000_000 });
  const candle = fc.record({ cents: fc.integer({ min: 100, max: 10_000_000 }), volume: lots });
  const input = fc.record({ size: lots, candles: fc.array(candle, { minLength: 2, maxLength: 20 }) });

  // The ledger counts in 10^-18. Cents × lots are 10^-6; a fee of 0.4 % of them is 4 × 10^-9.
  it('comes out to the last unit: start + sales − purchases − fees, over exits in parts', () => {
    fc.assert(
      fc.property(input, ({ size, candles }) => {
        const { fills, held } = trade(size, candles);
        expect(held >= 0n).toBe(true);
        let cash = 0n;
        let billionths = 0n;
        for (const { side, price, quantity, cost, fee } of fills) {
          const product = (price / cent) * (quantity / lot);
          cash += (side === 'buy' ? -cost : cost) - fee;
          billionths += (side === 'buy' ? -1000n : 1000n) * product - 4n * product;
        }
        expect(cash).toBe(billionths * 10n ** 9n);
      }),
    );
  });
});
