import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { newTally } from '../../../shared/core/decision/tally.ts';
import {
  enlargePosition,
  type Position,
  reducePosition,
  requestExit,
} from '../../../shared/core/execution/position.ts';
import { accountReport, growth, type ReportInput } from '../../../shared/core/execution/report.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { closedAt, closedWith, trippedUntil } from '../../helpers/closed.ts';
import { executionOf, positionOf, TICK_MS } from '../../helpers/decisions.ts';

const reportOf = (change: Partial<ReportInput>) =>
  accountReport({
    closed: [],
    open: [],
    equityFinal: unitsOf('10000'),
    tally: newTally(),
    breakers: [],
    ...change,
  });

/** The same position, entered so much later. */
const later = (position: Position, ms: number): Position => ({ ...position, entryMs: position.entryMs + ms });
const exitedBy = (reason: 'TRAIL' | 'SIGNAL'): Position => ({
  ...closedAt(110),
  exit: { reason, atMs: TICK_MS },
});

describe('the report of an account', () => {
  it('that did nothing is empty', () => {
    expect(reportOf({})).toEqual({
      positions: [],
      open: [],
      equityFinal: '10000',
      reasons: {},
      rejects: {},
      forbidden: {},
      notEvaluable: {},
      notes: {},
      halted: [],
      performance: [],
      feesPaid: '0',
    });
  });

  it('shows a closed position with both fees and what it won', () => {
    const [position] = reportOf({ closed: [closedAt(110)] }).positions;
    expect(position).toEqual({
      symbol: 'BTC/USD',
      entryMs: positionOf().entryMs,
      entryPrice: '100',
      quantity: '1',
      exitMs: TICK_MS,
      exitPrice: '110',
      reason: 'STOP',
      entryFee: '0.4',
      exitFee: '0.44',
      netProfit: '9.16',
      supporters: ['trend_ema@4h', 'turtle@4h'],
    });
  });

  it('shows one that was bought and sold in parts once, at average prices', () => {
    const bought = enlargePosition(positionOf(), executionOf('102', '3')); // 406 for 4
    const half = reducePosition(bought, executionOf('104', '1', TICK_MS));
    const sold = reducePosition(half, executionOf('108', '3', TICK_MS + HOUR_MS)); // 104 + 324 = 428
    const { positions } = reportOf({ closed: [requestExit(sold, 'TARGET', TICK_MS)] });
    expect(positions).toMatchObject([
      { entryPrice: '101.5', exitPrice: '107', quantity: '4', exitMs: TICK_MS + HOUR_MS, reason: 'TARGET' },
    ]);
  });

  it('shows what is still held apart, with its stop', () => {
    const held = positionOf({ symbol: 'ETH/USD' }, { stop: 98.5 });
    expect(reportOf({ open: [held] })).toMatchObject({
      positions: [],
      open: [
        {
          symbol: 'ETH/USD',
          entryMs: held.entryMs,
          entryPrice: '100',
          quantity: '1',
          entryFee: '0.4',
          stop: '98.5',
          supporters: ['trend_ema@4h', 'turtle@4h'],
        },
      ],
    });
  });

  it('is in the order of the entries, of one instant by symbol', () => {
    const closed = [
      later(closedAt(110), HOUR_MS),
      closedAt(109, TICK_MS, { symbol: 'ETH/USD' }),
      closedAt(108),
    ];
    const last = later(positionOf({ symbol: 'ADA/USD' }), HOUR_MS);
    const open = [last, positionOf({ symbol: 'ETH/USD' }), positionOf()];
    for (const order of [(all: readonly Position[]) => all, (all: readonly Position[]) => all.toReversed()]) {
      const report = reportOf({ closed: order(closed), open: order(open) });
      expect(report.positions.map(({ exitPrice }) => exitPrice)).toEqual(['108', '109', '110']);
      expect(report.open.map(({ symbol }) => symbol)).toEqual(['BTC/USD', 'ETH/USD', 'ADA/USD']);
    }
    expect(closed.map(({ plan }) => plan.symbol)).toEqual(['BTC/USD', 'ETH/USD', 'BTC/USD']); // left as they were
  });

  it('counts exits by their reason', () => {
    const closed = [exitedBy('TRAIL'), exitedBy('SIGNAL'), closedAt(97), exitedBy('SIGNAL')];
    expect(Object.entries(reportOf({ closed }).reasons)).toEqual([
      ['SIGNAL', 2],
      ['STOP', 1],
      ['TRAIL', 1],
    ]);
  });

  it('takes an exit that nobody decided for one by the stop', () => {
    const report = reportOf({ closed: [closedWith(0n)] });
    expect(report.positions.map(({ reason }) => reason)).toEqual(['STOP']);
    expect(report.reasons).toEqual({ STOP: 1 });
  });

  it('adds the fees of everything, also of what is still held', () => {
    expect(reportOf({ closed: [closedAt(110)], open: [positionOf()] }).feesPaid).toBe('1.24'); // 0.84 + 0.4
  });

  it('spells its counts by code in alphabetical order', () => {
    const tally = {
      rejects: { MISSED: 1, COOLDOWN: 2 },
      forbidden: { SPREAD: 1, COOLDOWN: 3 },
      notEvaluable: { SPREAD: 4, BREAKER_FLASH: 4 },
      notes: { KELLY_NEGATIVE: 5 },
    };
    const report = reportOf({ tally });
    expect(Object.keys(report.rejects)).toEqual(['COOLDOWN', 'MISSED']);
    expect(Object.keys(report.forbidden)).toEqual(['COOLDOWN', 'SPREAD']);
    expect(Object.keys(report.notEvaluable)).toEqual(['BREAKER_FLASH', 'SPREAD']);
    expect(report).toMatchObject(tally);
  });

  it('is halted by what holds until a person resets it, and by nothing else', () => {
    const breakers = [
      trippedUntil('drawdown', null, TICK_MS - HOUR_MS),
      trippedUntil('losses', TICK_MS + HOUR_MS),
      { ...trippedUntil('manual', null), state: 'closed' as const },
    ];
    expect(reportOf({ breakers }).halted).toEqual([{ scope: 'drawdown', atMs: TICK_MS - HOUR_MS }]);
  });

  it('is halted by the oldest first, of one instant by scope', () => {
    const breakers = [
      trippedUntil('portfolio', null),
      trippedUntil('manual', null),
      trippedUntil('drawdown', null, TICK_MS - HOUR_MS),
    ];
    for (const given of [breakers, breakers.toReversed()])
      expect(reportOf({ breakers: given }).halted.map(({ scope }) => scope)).toEqual([
        'drawdown',
        'manual',
        'portfolio',
      ]);
  });

  it('tells what each instance brought', () => {
    const { performance } = reportOf({ closed: [closedAt(110)] });
    expect(performance.map(({ instance, positions }) => [instance, positions])).toEqual([
      ['trend_ema@4h', 1],
      ['turtle@4h', 1],
    ]);
  });
});

describe('growth', () => {
  it('is what equity has become over capital', () => {
    expect(growth(10_000, unitsOf('12500'))).toBe(0.25);
    expect(growth(10_000, unitsOf('9000'))).toBeCloseTo(-0.1, 12);
  });
});
