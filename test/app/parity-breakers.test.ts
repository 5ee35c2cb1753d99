import { describe, expect, it } from 'vitest';
import { calm, compared, costless, quiet, staged, trades } from '../helpers/stage.ts';

// 10,000 USD, no costs, all at 100 with an ATR of 2. An entry is of 625 USD, 6.25; at 2 % risk over a stop 2 % below
// it is of 5000 USD, 50.
const vote = `${calm} turtle:long`;
const leave = `${calm} turtle:exit`;

const tripped = (name: string, until: string, why: string) => [
  `The ${name} breaker is tripped ${until}: ${why}`,
];

describe('the portfolio breaker', () => {
  // 50 BTC from 4h on; the close of 5h lies 1 below: 50 USD, half a per cent of the day's start.
  it.each([
    [99, 'BREAKER_PORTFOLIO'],
    [99.01, 'ENTER'],
  ])('trips at a mark between two ticks, and until the end: a close of %f is %s', async (close, then) => {
    const config = costless({ risk: { riskPerTrade: 0.02 }, breakers: { portfolioLoss: 0.005 } });
    const btc = quiet(36, { 3: vote, 4: `100 101 98.9 ${close}`, 5: '99 104 99 103' });
    const eth = quiet(36, { 7: vote, 27: vote, 35: vote });
    const play = await compared(staged({ BTC: btc, ETH: eth }, { exec: '1h', stop: 0.98, config }));
    expect(play.outcome(8, 'ETH')).toBe(then);
    const trippedMs = play.kept.marks[0]?.atMs;
    expect(play.report.halted).toEqual(close === 99 ? [{ scope: 'portfolio', atMs: trippedMs }] : []);
    if (then === 'ENTER') return;
    expect([28, 36].map((hours) => play.outcome(hours, 'ETH'))).toEqual([then, then]);
    const why = 'The account lost 0.5 % or more since 00:00 UTC.';
    expect(play.refusals(36, 'ETH')).toEqual(tripped('portfolio', 'until a person resets it', why));
  });
});

describe('the breaker of losses in a row', () => {
  const thrice = trades(99, 99, 99);
  /** Bought at 4h, and sold at a price at the open of a later hour. */
  const held = (price: number, hours: number) =>
    quiet(20, { 0: vote, [hours / 4 - 1]: leave, [hours / 4]: `${price} 101 98 100` });
  /** Votes at every tick from 28h to 80h. */
  const asking = [...quiet(6), ...quiet(14, {}, vote)];

  /** When ZEC, which asks from 28h on, may enter, and why it could not at the tick before. */
  async function lockOf(
    scripts: Parameters<typeof staged>[0],
  ): Promise<readonly [number, readonly string[]]> {
    const play = await compared(staged({ ...scripts, ZEC: asking }, { config: costless() }));
    let hours = 28;
    for (; play.outcome(hours, 'ZEC') !== 'ENTER'; hours += 4)
      expect(play.outcome(hours, 'ZEC')).toBe('BREAKER_CONSECUTIVE_LOSSES');
    return [hours, hours === 28 ? [] : play.refusals(hours - 4, 'ZEC')];
  }

  const free = [28, []];
  const lock = (until: string, why = '3 losing positions in a row.') =>
    tripped('losses', `until ${until} UTC`, why);

  it('trips at the third, for 24 hours', async () => {
    expect(await lockOf({ BTC: thrice })).toEqual([48, lock('2024-02-02 00:00')]);
  });

  it('does not trip when a result of 0 or more is among them, or only two were losses', async () => {
    expect(await lockOf({ BTC: trades(99, 100, 99) })).toEqual(free);
    expect(await lockOf({ BTC: trades(99, 99) })).toEqual(free);
  });

  it('holds 24 hours longer after another loss while it holds', async () => {
    const again = lock('2024-02-02 20:00', '4 losing positions in a row.');
    expect(await lockOf({ BTC: thrice, ETH: held(99, 44) })).toEqual([68, again]);
  });

  it('does not after a loss at the very end, which is the first of a new count', async () => {
    // The stop is hit in the candle that ends at 48h, and in the other play in the one before it.
    const hit = (row: number) => quiet(20, { 0: vote, [row]: '100 101 95 100' });
    expect(await lockOf({ BTC: thrice, ETH: hit(11) })).toEqual([48, lock('2024-02-02 00:00')]);
    const again = lock('2024-02-02 20:00', '4 losing positions in a row.');
    expect(await lockOf({ BTC: thrice, ETH: hit(10) })).toEqual([68, again]);
  });

  it('holds on though a win forgets the losses, and a loss then lengthens it at whatever count', async () => {
    expect(await lockOf({ BTC: thrice, ETH: held(101, 32) })).toEqual([48, lock('2024-02-02 00:00')]);
    const why = 'Too many losing positions in a row, or another one while entries were locked.';
    const both = { BTC: thrice, ETH: held(101, 32), SOL: held(99, 40) };
    expect(await lockOf(both)).toEqual([64, lock('2024-02-02 16:00', why)]);
  });

  it('trips by a third loss though a win comes at the same instant', async () => {
    const why = 'Too many losing positions in a row, or another one while entries were locked.';
    expect(await lockOf({ BTC: thrice, ETH: held(101, 24) })).toEqual([48, lock('2024-02-02 00:00', why)]);
  });

  it('counts anew when its time is over: it takes three losses again', async () => {
    // BTC is bought again at 48h, 56h and 64h and sold at 52h, 60h and 68h.
    const before = [...thrice, ...quiet(4)];
    expect(before).toHaveLength(11);
    const btc = [...before, ...trades(99, 99, 99), vote];
    const play = await compared(staged({ BTC: btc }, { config: costless() }));
    expect([48, 56, 64, 72].map((hours) => play.outcome(hours))).toEqual([
      'ENTER',
      'ENTER',
      'ENTER',
      'BREAKER_CONSECUTIVE_LOSSES',
    ]);
    expect(play.refusals(72)).toEqual(lock('2024-02-03 20:00'));
  });
});

describe('the breaker of one symbol', () => {
  const even = '100 100 99 100';
  const fall = (low: number) => `100 100 ${low} 100`;
  const code = 'BREAKER_ASSET';
  const why = 'BTC/USD traded 15 % or more below the high of the last hour.';

  it.each([
    [85, true, code],
    [85.01, true, 'ENTER'],
    // Nothing is open: nobody watches, and at the tick the fall is more than an hour ago.
    [85, false, 'ENTER'],
  ])(
    'sees a fall between two ticks while something is open: 15m, to %f, open %s',
    async (low, isOpen, then) => {
      // The candle of 5h to 5h15 is in the window of the watches up to 6h: the last of them says until 10h.
      const btc = quiet(48, { 20: fall(low), 31: `${even} turtle:long`, 47: `${even} turtle:long` }, even);
      const eth = quiet(48, isOpen ? { 15: vote } : {});
      const play = await compared(staged({ BTC: btc, ETH: eth }, { exec: '15m', config: costless() }));
      expect(play.outcome(8)).toBe(then);
      if (then === 'ENTER') return;
      expect(play.refusals(8)).toEqual(tripped('asset', 'until 2024-01-31 10:00 UTC', why));
      expect(play.outcome(12)).toBe('ENTER');
    },
  );

  it.each([
    // At the tick of 8h the last hour counts, at that of 12h the lock of 240 minutes is over.
    [31, 240, [code, 'ENTER']],
    [28, 240, [code, 'ENTER']],
    [27, 240, ['ENTER', 'HOLD']],
    [31, 241, [code, code]],
  ])(
    'is seen by a tick while nothing is open: 15m candle %i, %i minutes',
    async (row, assetLockMinutes, then) => {
      const said = { 31: `${row === 31 ? fall(85) : even} turtle:long`, 47: `${even} turtle:long` };
      const btc = quiet(64, { [row]: fall(85), ...said }, even);
      const config = costless({ breakers: { assetLockMinutes } });
      const play = await compared(staged({ BTC: btc }, { exec: '15m', config }));
      expect([play.outcome(8), play.outcome(12)]).toEqual(then);
    },
  );

  it.each([
    ['in the last candle', { 7: fall(85) }, code],
    ['in the one before it', { 6: fall(85) }, 'ENTER'],
    ['half of it in either', { 6: fall(92), 7: '92 92 84.5 92' }, 'ENTER'],
  ])('sees one candle where candles are of 1h: %s', async (_, falls, then) => {
    const rows = quiet(12, falls, even);
    const btc = rows.map((line, i) => (i === 7 ? `${line} turtle:long` : line));
    const play = await compared(staged({ BTC: btc }, { exec: '1h', config: costless() }));
    expect(play.outcome(8)).toBe(then);
  });

  it('trips at a watch where candles are of 1h, for 240 minutes from then', async () => {
    // ETH is open. The candle of 5h to 6h: until 10h.
    const btc = quiet(16, { 5: fall(85), 7: vote, 11: vote }, even);
    const play = await compared(
      staged({ BTC: btc, ETH: quiet(16, { 3: vote }) }, { exec: '1h', config: costless() }),
    );
    expect(play.refusals(8)).toEqual(tripped('asset', 'until 2024-01-31 10:00 UTC', why));
    expect(play.outcome(12)).toBe('ENTER');
  });

  it.each([
    [85, code],
    [85.01, 'ENTER'],
  ])('sees the last candle where candles are of 4h: to %f', async (low, then) => {
    const btc = [even, `${fall(low)} turtle:long`, vote, calm];
    const play = await compared(staged({ BTC: btc }, { config: costless() }));
    expect(play.outcome(8)).toBe(then);
    if (then === code) expect(play.outcome(12)).toBe('ENTER');
  });

  it('leaves the other symbols alone', async () => {
    const btc = [even, `${fall(85)} turtle:long`, calm];
    const play = await compared(staged({ BTC: btc, ETH: [calm, vote, calm] }, { config: costless() }));
    expect([play.outcome(8), play.outcome(8, 'ETH')]).toEqual([code, 'ENTER']);
  });
});

describe('the breaker of a flash, where candles are of 1m', () => {
  const code = 'BREAKER_FLASH';
  const even = '100 100 100 100';
  const minutes = (special: Readonly<Record<number, string>>, count = 960) =>
    quiet(
      count,
      { 470: `${even} turtle:long`, 715: `${even} turtle:long`, 955: `${even} turtle:long`, ...special },
      even,
    );
  const options = { exec: '1m' as const, config: costless() };

  it.each([
    ['a range of 5 %', { 475: '100 105 100 100' }, code],
    ['a range of less', { 475: '100 104.99 100 100' }, 'ENTER'],
    // Gaps: each candle is of one price.
    ['a close 5 % above the one before', { 475: '105 105 105 105', 476: '103 103 103 103' }, code],
    ['a close 5 % below the one before', { 475: '95 95 95 95', 476: '97 97 97 97' }, code],
    ['closes less apart', { 475: '104.99 104.99 104.99 104.99', 476: '102 102 102 102' }, 'ENTER'],
    // The quarter of an hour before 8h begins with candle 465.
    ['a range in the first candle of the quarter of an hour', { 465: '100 105 100 100' }, code],
    ['a close there 5 % above the one before', { 465: '105 105 105 105', 466: '103 103 103 103' }, code],
    ['a range before it', { 464: '100 105 100 100' }, 'ENTER'],
  ])('%s', async (_, special, then) => {
    const play = await compared(staged({ BTC: minutes(special, 480) }, options));
    expect(play.outcome(8)).toBe(then);
  });

  it('forbids this decision and the next, and ends at the second tick after', async () => {
    const play = await compared(staged({ BTC: minutes({ 475: '100 105 100 100' }) }, options));
    expect([8, 12, 16].map((hours) => play.outcome(hours))).toEqual([code, code, 'ENTER']);
    const why = 'A one-minute candle of BTC/USD moved 5 % or more.';
    expect(play.refusals(12)).toEqual(tripped('flash', 'until 2024-01-31 16:00 UTC', why));
  });

  it('seen by a watch between two ticks, forbids the one decision until the second tick after', async () => {
    // ETH is open from 4h on; the candle of 5h.
    const eth = quiet(720, { 239: vote });
    const play = await compared(staged({ BTC: minutes({ 300: '100 105 100 100' }, 720), ETH: eth }, options));
    expect([play.outcome(8), play.outcome(12)]).toEqual([code, 'ENTER']);
  });

  it('sees no move across a hole: the close before it is not that of a minute ago', async () => {
    const hole = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [396 + i, `${even} hole`]));
    const rows = minutes({ ...hole, 466: '106 106 106 106', 467: '104 104 104 104' }, 480);
    const play = await compared(staged({ BTC: rows }, options));
    expect(play.outcome(8)).toBe('ENTER');
  });

  it('cannot be judged by longer candles', async () => {
    const btc = quiet(96, { 95: `100 106 100 100 turtle:long` }, even);
    const play = await compared(staged({ BTC: btc }, { ...options, exec: '5m' }));
    expect(play.outcome(8)).toBe('ENTER');
    expect(play.decision(8).gates.find((gate) => gate.code === code)?.outcome).toBe('unknown');
    expect(play.report.notEvaluable).toEqual({ BREAKER_FLASH: 1, SPREAD: 1 });
  });
});

describe('several that forbid at once are all told, in their order', () => {
  // ETH hardly moves: candles of one price after a past that reached 0.1 % up and down.
  const even = '100 100 100 100';
  const options = { past: { 'ETH/USD': { reach: 0.001 } } };
  const tight = { riskPerTrade: 0.02, minAtrFraction: 0.015 };

  // All that can happen without a person and without a venue, but MAX_OPEN: a loss makes room for another.
  it('after a loss and a flash', async () => {
    // 50 BTC from 4h on; at 7h 50 the open gaps to 80, where the stop sells: 1000 USD, and fees.
    const btc = [...quiet(470, { 239: vote }), '80 80 80 80'];
    // Five minutes later ETH falls by 5 %. Half of what is left does not buy 48 of it at 95.
    const low = '95 95 95 95';
    const eth = [...quiet(475, {}, even), '100 100 95 95 turtle:long', ...quiet(5, {}, low)];
    const risk = { ...tight, dailyLossMax: 0.1, drawdownMax: 0.1, cooldownMinutes: 240 };
    const breakers = { portfolioLoss: 0.1, losses: 1, assetFall: 0.05 };
    // Twice a round trip costs 3 %: the stop of BTC is one ATR of 2 % away, that of ETH 1 %.
    const fees = { maker: 0, taker: 0.0075 };
    const config = costless({ risk, breakers, fees, market: { minQuantity: '48' } });
    const play = await compared(
      staged({ BTC: btc, ETH: eth }, { ...options, exec: '1m', stop: 0.99, config }),
    );
    expect(play.fills).toEqual(['4h BTC OPEN ENTRY 50 at 100', `${470 / 60}h BTC OPEN STOP 50 at 80`]);
    const codes = [
      ...['BREAKER_PORTFOLIO', 'BREAKER_CONSECUTIVE_LOSSES', 'BREAKER_ASSET', 'BREAKER_FLASH', 'DAILY_LOSS'],
      ...['DRAWDOWN', 'COOLDOWN', 'ATR_TOO_LOW', 'MIN_EDGE', 'SIZE_BELOW_MIN'],
    ];
    expect(play.outcome(8, 'ETH')).toBe(codes.join(' '));
    expect(play.decision(8, 'ETH').reasons.at(-1)).toBe(`No entry: ${codes.join(', ')}.`);
    expect(play.refusals(8, 'ETH')).toHaveLength(9);
    expect(play.report.rejects).toEqual({ BREAKER_PORTFOLIO: 1 });
    expect(Object.keys(play.report.forbidden)).toEqual([...codes].sort());
    expect(play.report.halted.map(({ scope }) => scope)).toEqual(['portfolio', 'drawdown']);
  });

  it('while as much is open as may be', async () => {
    // 50 BTC at the close of 98.5: 75 USD of 10,000 since 00:00.
    const config = costless({ risk: { ...tight, maxOpen: 1, dailyLossMax: 0.0075, drawdownMax: 0.0075 } });
    const scripts = { BTC: [vote, '100 101 98.4 98.5', calm], ETH: [even, `${even} turtle:long`, even] };
    const play = await compared(staged(scripts, { ...options, stop: 0.98, config }));
    expect(play.outcome(8, 'ETH')).toBe('DAILY_LOSS DRAWDOWN MAX_OPEN ATR_TOO_LOW');
  });
});
