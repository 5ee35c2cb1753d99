import { describe, expect, it } from 'vitest';
import type { SimulatorReport } from '../kraken-simulator/report.ts';
import { ledgerSchema, verdictOf } from './compare.ts';

const [BUY, STOP] = ['aaaaaaaa-0000-8000-8000-000000000000', 'bbbbbbbb-0000-8000-8000-000000000000'];

/** Bought for 10 and sold for 9, each with its fee: 9 − 10 − 0.04 − 0.036 moved. */
const fills = [
  {
    ...{ clientOrderId: BUY, atMs: 1_000, symbol: 'ETH/USD', side: 'buy' },
    ...{ price: '1000', quantity: '0.01', cost: '10', fee: '0.04' },
  },
  {
    ...{ clientOrderId: STOP, atMs: 500_000, symbol: 'ETH/USD', side: 'sell' },
    ...{ price: '900', quantity: '0.01', cost: '9', fee: '0.036' },
  },
] as const;

type Fill = (typeof fills)[number];

const ledgerOf = (...some: readonly object[]) => ledgerSchema.parse({ fills: some }).fills;

/** As the exchange tells it: amounts with the zeros of its places. */
function tradeOf({ symbol: _, quantity, price, ...rest }: Fill, at: number): object {
  return { ...rest, id: `T${at}`, pair: 'XETHZUSD', price: `${price}.00`, volume: quantity };
}

/** A report of the simulator, made by hand. */
function reportOf(changes: { readonly [name in keyof SimulatorReport]?: unknown } = {}): SimulatorReport {
  return {
    nowMs: 1_000_000,
    orders: { accepted: 2, byClientId: { [BUY]: [{}], [STOP]: [{}] }, duplicates: [] },
    trades: fills.map(tradeOf),
    sums: {},
    faults: { lag: 3, busy: 0 },
    calls: {},
    naked: [],
    ...changes,
  } as SimulatorReport;
}

const span = { pair: 'XETHZUSD', fromMs: 100_000, toMs: 220_001, most: '0.01', blockedMs: 0, faults: 0 };
const faultsWith = (naked: object, killedMs: readonly number[] = []) =>
  verdictOf(reportOf({ naked: [naked] }), ledgerOf(...fills), killedMs).faults;

describe('the books of the program and those of the exchange', () => {
  it('are clean when they have the same fills, however their amounts are written', () => {
    expect(verdictOf(reportOf(), ledgerOf(...fills), [])).toEqual({
      faults: [],
      lines: [
        'orders    2 client ids, 0 with more than one order',
        'fills     2 at the exchange, 2 in the ledger, 0 that differ',
        'money     -1.076 USD at the exchange, -1.076 in the ledger',
        'bare      0 spans, the longest 0 s; 0 longer than a watch, 0 of them without an unanswered call or a kill in it',
        'faults    lag 3',
      ],
    });
  });

  it('may differ by what the owner trades by hand', () => {
    const owners = { ...tradeOf(fills[0], 9), clientOrderId: null };
    const report = reportOf({ trades: [...fills.map(tradeOf), owners] });
    expect(verdictOf(report, ledgerOf(...fills), []).faults).toEqual([]);
  });

  it('show a fill that the ledger lost', () => {
    expect(verdictOf(reportOf(), ledgerOf(fills[0]), []).faults).toEqual([
      `a fill that the ledger lost: ${STOP} sell 500000 900 0.01 9 0.036`,
    ]);
  });

  it('show a fill that the ledger invented, and one that it booked twice', () => {
    const report = reportOf({ trades: [tradeOf(fills[0], 0)] });
    expect(verdictOf(report, ledgerOf(...fills, fills[0]), []).faults).toEqual([
      `a fill that the exchange does not have: ${STOP} sell 500000 900 0.01 9 0.036`,
      `a fill that the exchange does not have: ${BUY} buy 1000 1000 0.01 10 0.04`,
    ]);
  });

  it.each([
    ['price', '1000.01'],
    ['quantity', '0.01000001'],
    ['cost', '10.00001'],
    ['fee', '0.04001'],
    ['atMs', 1_001],
    ['side', 'sell'],
  ])('show a fill whose %s differs, by its last digit', (field, value) => {
    const wrong = ledgerOf({ ...fills[0], [field]: value }, fills[1]);
    expect(verdictOf(reportOf(), wrong, []).faults).toHaveLength(2);
  });

  it('show two orders for one intent', () => {
    const orders = { accepted: 3, byClientId: { [BUY]: [{}, {}], [STOP]: [{}] }, duplicates: [BUY] };
    expect(verdictOf(reportOf({ orders }), ledgerOf(...fills), []).faults).toEqual([
      `two orders for one intent: ${BUY}`,
    ]);
  });
});

describe('a span in which what is held is bare', () => {
  it('is a fault beyond a watch of 120 s', () => {
    expect(faultsWith(span)).toEqual(['XETHZUSD bare for 120001 ms from 100000']);
    expect(faultsWith({ ...span, toMs: 220_000 })).toEqual([]);
  });

  it('is none while the exchange takes no orders', () => {
    expect(faultsWith({ ...span, blockedMs: 1 })).toEqual([]);
  });

  it('lasts until now where it has not ended', () => {
    expect(faultsWith({ ...span, toMs: null })).toEqual(['XETHZUSD bare for 900000 ms from 100000']);
  });

  it('is explained by a call without an answer, or by a kill in it or in the second before it, not by one elsewhere', () => {
    expect(faultsWith({ ...span, faults: 1 })).toEqual([]);
    expect(faultsWith(span, [99_000])).toEqual([]);
    expect(faultsWith(span, [220_001])).toEqual([]);
    expect(faultsWith(span, [98_999, 220_002])).toHaveLength(1);
  });
});
