import { describe, expect, it } from 'vitest';
import { calm, compared, costless, quiet, staged } from '../helpers/stage.ts';

// 10,000 USD, no costs, all at 100 with an ATR of 2: 6.25 with the stop at 96. `turtle` does not trail, `trend` does:
// 4 % below the highest high of three candles, which is above 96 from the first candle on.
const vote = `${calm} turtle:long`;
const leave = `${calm} turtle:exit`;
const entry = '4h BTC OPEN ENTRY 6.25 at 100';
const config = costless();

const performed = (lines: Parameters<typeof staged>[0][string], options = {}) =>
  compared(staged({ BTC: lines }, { config, ...options }));

describe('a position ends, and engine and replay agree to the byte', () => {
  it.each([
    ['hit: the stop itself', '100 101 96 100', '8h BTC RANGE STOP 6.25 at 96'],
    ['missed by a tick', '100 101 96.01 100', undefined],
  ])('by its stop in the candle of the entry, %s', async (_, line, fill) => {
    expect((await performed([vote, line])).fills).toEqual(fill === undefined ? [entry] : [entry, fill]);
  });

  it.each([
    // At least 10 bps of 96, or 5 % of the fall below it: 0.096 and 0.1 at 94, 0.096 and 0.05 at 95.
    ['100 101 94 95', '12h BTC RANGE STOP 6.25 at 95.9'],
    ['100 101 95 95', '12h BTC RANGE STOP 6.25 at 95.9'],
    // From an open of 95, 10 bps: 94.905, on the tick.
    ['95 101 94 100', '8h BTC OPEN STOP 6.25 at 94.9'],
  ])('by its stop, with what that slips: %s', async (line, fill) => {
    const slipping = { ...config, costs: {} };
    const play = await performed([vote, calm, line], { config: slipping });
    expect(play.fills[1]).toBe(fill);
  });

  it('by its stop, which is STOP until a trail was above it, and TRAIL then', async () => {
    // The trail of the entry candle is 96.96, that of the next 98.88.
    const rows = [`${calm} trend:long`, calm, '100 103 100 102', '102 103 98.88 100'];
    const play = await performed(rows);
    expect(play.decision(8).inputs.held?.stop).toBe('96.96');
    expect(play.fills).toEqual([entry, '16h BTC RANGE TRAIL 6.25 at 98.88']);
    // In the candle of the entry no trail was above it yet.
    const early = await performed([`${calm} trend:long`, '100 101 96 100']);
    expect(early.fills).toEqual([entry, '8h BTC RANGE STOP 6.25 at 96']);
  });

  it('by its stop, which is STOP while a trail is no more than equal to it', async () => {
    const even = '100 100 99 100';
    const play = await performed([even, even, `${even} trend:long`, even, '100 100 95 96']);
    expect(play.fills[1]).toBe('20h BTC RANGE STOP 6.25 at 96');
  });

  it('by its target: at a close on it, not at a high beyond it, and at the open that follows', async () => {
    const rows = [vote, '100 105 100 102.99', '103 104 100 103', '104 105 100 100'];
    const play = await performed(rows, { target: 1.03 });
    expect(play.fills).toEqual([entry, '12h BTC OPEN TARGET 6.25 at 104']);
  });

  it('when its time has run out, at the tick: two candles after its fill, not one', async () => {
    const play = await performed([vote, calm, calm, calm], { timeStopBars: 2 });
    expect([8, 12].map((hours) => play.decision(hours).exitReason)).toEqual([null, 'TIME']);
    expect(play.fills).toEqual([entry, '12h BTC OPEN TIME 6.25 at 100']);
  });

  it('when the time of the heaviest supporter has run out, whatever that of another says', async () => {
    // In a random walk trend_ema weighs 0.6, turtle 0.5.
    const rows = [`${calm} trend:long turtle:long`, ...quiet(4)];
    const play = await performed(rows, { timeStopBars: { trend: 3, turtle: 1 } });
    expect(play.fills).toEqual([entry, '16h BTC OPEN TIME 6.25 at 100']);
  });

  it('when half of its supporters by weight have left, not a smaller part', async () => {
    // turtle leaves with 0.5 of 1.1 and is latched; trend follows two candles later.
    const rows = [`${calm} trend:long turtle:long`, leave, calm, `${calm} trend:exit`, calm];
    const play = await performed(rows);
    expect(play.decision(8)).toMatchObject({ action: 'HOLD', latched: ['turtle@4h'] });
    expect(play.fills).toEqual([entry, '16h BTC OPEN SIGNAL 6.25 at 100']);
  });

  it('when the other side could enter, though no supporter has left', async () => {
    const rows = [vote, `${calm} trend:short`, calm];
    const play = await performed(rows);
    expect(play.decision(8)).toMatchObject({ exitReason: 'SIGNAL', latched: [] });
    // Against a long vote of 0.5 the 0.6 of the other side are not twice as much.
    const disputed = await performed([vote, `${calm} trend:short turtle:long`, calm]);
    expect(disputed.decision(8).action).toBe('HOLD');
  });

  it.each([
    ['TARGET before SIGNAL and TIME', '100 104 100 103 turtle:exit', 'TARGET'],
    ['SIGNAL before TIME', '100 104 100 102.9 turtle:exit', 'SIGNAL'],
    ['TIME alone', '100 104 100 102.9', 'TIME'],
  ])('for one reason when there are several at one instant: %s', async (_, line, reason) => {
    const play = await performed([vote, line, calm], { target: 1.03, timeStopBars: 1 });
    expect(play.fills).toEqual([entry, `8h BTC OPEN ${reason} 6.25 at 100`]);
    const sentences = {
      TARGET: '6.25 BTC is being sold already: its target was reached (TARGET).',
      SIGNAL: 'Sell at the next open: turtle@4h has left, with at least half of the weight of the entry.',
      TIME: 'Sell at the next open: the time stop of 4 hours since 2024-01-31 04:00 UTC has run out.',
    };
    expect(play.decision(8).reasons.at(-1)).toBe(sentences[reason as keyof typeof sentences]);
  });

  it('at an open that gaps under its stop under the reason that it was being sold for', async () => {
    const play = await performed([vote, leave, '90 91 89 90']);
    expect(play.fills).toEqual([entry, '8h BTC OPEN SIGNAL 6.25 at 90']);
  });

  it('by its stop before the signal of the same candle', async () => {
    const play = await performed([vote, '100 101 95 100 turtle:exit', calm]);
    expect(play.fills).toEqual([entry, '8h BTC RANGE STOP 6.25 at 96']);
  });
});

describe('after a position', () => {
  it('the tick that closes it opens none, the next may', async () => {
    const play = await performed([vote, `${calm} turtle:exit turtle:long`, vote, calm]);
    expect([4, 8, 12].map((hours) => play.outcome(hours))).toEqual(['ENTER', 'EXIT', 'ENTER']);
  });

  it('that a stop ended inside the candle, the tick at the end of it may open one', async () => {
    const play = await performed([vote, '100 101 95 100 turtle:long', calm]);
    expect(play.outcome(8)).toBe('ENTER');
    // 25 USD less: 9975 × 0.0625 %.
    expect(play.fills[2]).toBe('8h BTC OPEN ENTRY 6.2343 at 100');
  });
});

describe('candles that do not suffice let a position stay', () => {
  // 36 of 720 without a trade are allowed: the vote of 148h enters, and a 37th comes two candles later.
  const before = [...quiet(36, {}, `${calm} v=0`), `${calm} trend:long`, calm, `${calm} v=0`];
  const bought = '148h BTC OPEN ENTRY 6.25 at 100';
  const codes = ['INSUFFICIENT_DATA'];

  it('its supporters cannot leave, nor can the other side take over', async () => {
    const rows = [...before, `${calm} trend:exit`, `${calm} trend:short`, calm];
    const play = await performed(rows);
    for (const hours of [156, 160, 164])
      expect(play.decision(hours)).toMatchObject({ action: 'HOLD', codes, latched: [] });
    expect(play.fills).toEqual([bought]);
  });

  it('its trail is raised and sells', async () => {
    const play = await performed([...before, '100 110 100 110', '110 110 105 106']);
    // 4 % below 110.
    expect(play.fills).toEqual([bought, '164h BTC RANGE TRAIL 6.25 at 105.6']);
  });

  it('its time runs out', async () => {
    const play = await performed([...before, calm], { timeStopBars: 2 });
    expect(play.decision(156)).toMatchObject({ action: 'EXIT', exitReason: 'TIME', codes });
  });
});

describe('an instance on days', () => {
  const onDays = { turtleOn: '1d' } as const;
  const idle = `${calm} v=0`;
  const bought = '24h BTC OPEN ENTRY 6.25 at 100';

  it('speaks at 00:00 alone, of its whole day', async () => {
    const play = await performed([vote, ...quiet(6), leave, ...quiet(6)], onDays);
    expect(play.decision(4).instances).toEqual(['trend_ema@4h']);
    expect(play.fills).toEqual([bought, '48h BTC OPEN SIGNAL 6.25 at 100']);
  });

  it('counts its time in days', async () => {
    const play = await performed([vote, ...quiet(18)], { ...onDays, timeStopBars: 2 });
    expect(play.fills).toEqual([bought, '72h BTC OPEN TIME 6.25 at 100']);
  });

  it('is not heard where the 4h candles do not suffice, neither to leave nor to take over', async () => {
    // The last 4h candle before 48h has no trade, the day has.
    const leaving = await performed([vote, ...quiet(6), leave, ...quiet(3), idle, calm], onDays);
    expect(leaving.decision(48)).toMatchObject({ action: 'HOLD', codes: ['INSUFFICIENT_DATA'], latched: [] });
    expect(leaving.decision(48).votes).toMatchObject([{ instance: 'turtle@1d', exit: true }]);
    const short = `${calm} turtle:short`;
    const other = await performed(
      [`${calm} trend:long`, ...quiet(6), short, ...quiet(3), idle, calm],
      onDays,
    );
    expect(other.decision(48)).toMatchObject({ action: 'HOLD', codes: ['INSUFFICIENT_DATA'] });
    expect(other.decision(48).votes).toMatchObject([{ instance: 'turtle@1d', vote: -1 }]);
  });

  it('is absent while there are 719 of 720 days', async () => {
    const play = await performed([vote, ...quiet(5), vote, ...quiet(6)], { ...onDays, historyRows: 718 });
    expect([play.outcome(24), play.outcome(48)]).toEqual(['WAIT', 'ENTER']);
    expect(play.decision(24).reasons[0]).toBe(
      'The 1d candles do not suffice (719 of 720 candles): nothing on them votes.',
    );
  });
});

describe('orders fill in parts of 5 % of the volume', () => {
  it('an entry takes its part, and what is left of it is cancelled: the stop is for the part', async () => {
    const play = await performed([vote, `${calm} v=40`, '100 101 95 100', calm]);
    expect(play.fills).toEqual(['4h BTC OPEN ENTRY 2 at 100', '12h BTC RANGE STOP 2 at 96']);
  });

  it.each([
    ['without a trade', '100 100 100 100 v=0'],
    ['whose part is less than a lot', '100 100 100 100 v=0.0019'],
  ])('an entry expires in a candle %s', async (_, line) => {
    const play = await performed([vote, line, vote, calm]);
    expect(play.fills).toEqual(['12h BTC OPEN ENTRY 6.25 at 100']);
    const items = await play.store.query('HISTORY#replay-test#2024-01', { prefix: 'ORDER#' });
    expect(items.map(({ body }) => body['state']).sort()).toEqual(['EXPIRED', 'FILLED']);
  });

  it('an exit goes on, through a candle without a trade, as one exit of one price and reason', async () => {
    // Its time runs out while it is being sold. 3 × 100 + 0.5 × 99 + 2.75 × 98 = 619 USD for 6.25.
    const rows = [vote, leave, `${calm} v=60`, '99 100 98 99 v=10', `${calm} v=0`, '98 101 98 100'];
    const play = await performed(rows, { timeStopBars: 2 });
    expect(play.fills).toEqual([
      entry,
      '8h BTC OPEN SIGNAL 3 at 100',
      '12h BTC OPEN SIGNAL 0.5 at 99',
      '20h BTC OPEN SIGNAL 2.75 at 98',
    ]);
    expect(play.report.positions).toMatchObject([{ exitPrice: '99.04', netProfit: '-6', reason: 'SIGNAL' }]);
    expect(play.decision(12).reasons.at(-1)).toBe(
      '3.25 BTC is being sold already: the strategies are against it (SIGNAL).',
    );
  });

  it('a loss in parts counts once, at the last of them', async () => {
    const rows = [vote, leave, '99 101 98 100 v=60', '99 101 98 100 turtle:long', vote, calm];
    const cooling = costless({ risk: { cooldownMinutes: 241 } });
    const play = await performed(rows, { config: cooling });
    expect([16, 20].map((hours) => play.outcome(hours))).toEqual(['COOLDOWN', 'ENTER']);
    expect(play.decision(20).inputs.standing.losses).toBe(1);
  });

  it('a stop fills in part inside a candle or at a gap, and what is left is sold at the opens, as STOP', async () => {
    const inside = await performed([vote, calm, '100 101 95 100 v=40', '97 98 96 97 v=60', calm]);
    expect(inside.fills).toEqual([
      entry,
      '12h BTC RANGE STOP 2 at 96',
      '12h BTC OPEN STOP 3 at 97',
      '16h BTC OPEN STOP 1.25 at 100',
    ]);
    // What the gap leaves is not sold again inside the candle, however low that goes.
    const gap = await performed([vote, calm, '95 96 80 90 v=40', '97 98 96 97', calm]);
    expect(gap.fills).toEqual([entry, '8h BTC OPEN STOP 2 at 95', '12h BTC OPEN STOP 4.25 at 97']);
    expect(gap.report.positions).toMatchObject([{ reason: 'STOP', exitPrice: '96.36' }]);
  });

  it('a stop under which a candle without a trade falls is met by the open that follows', async () => {
    const play = await performed([vote, calm, '90 90 90 90 v=0', '94 95 93 94', calm]);
    expect(play.fills).toEqual([entry, '12h BTC OPEN STOP 6.25 at 94']);
  });

  it('no entry is decided while a part is unsold, and the position counts as open', async () => {
    const btc = [vote, calm, '100 101 95 100 v=40 turtle:long', `${calm} v=40 turtle:long`, vote, calm];
    const one = costless({ risk: { maxOpen: 1 } });
    const play = await compared(staged({ BTC: btc, ETH: [calm, calm, vote, vote, vote] }, { config: one }));
    expect([12, 16, 20].map((hours) => play.outcome(hours))).toEqual(['HOLD', 'HOLD', 'ENTER']);
    expect([12, 16].map((hours) => play.outcome(hours, 'ETH'))).toEqual(['MAX_OPEN', 'MAX_OPEN']);
  });
});
