import { describe, expect, it } from 'vitest';
import { syntheticSource } from '../../../shared/adapters/sources/synthetic.ts';
import { candleAt, candleColumns, sliceCandles } from '../../../shared/core/market/candles.ts';
import { DEFAULT_SYNTHETIC_SEED, SYNTHETIC_START_MS } from '../../../shared/core/market/synthetic.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Timeframe } from '../../../shared/core/market/timeframes.ts';

const startMs = SYNTHETIC_START_MS;
const nowMs = startMs + 800 * DAY_MS;
const symbols = [
  { symbol: 'BTC/USD', tickDecimals: 1 },
  { symbol: 'ETH/USD', tickDecimals: 2 },
];
const newSource = () => syntheticSource({ seed: DEFAULT_SYNTHETIC_SEED, startMs, symbols });
const request = (timeframe: Timeframe, fromMs: number, untilMs: number) => ({
  symbol: 'BTC/USD',
  timeframe,
  fromMs,
  nowMs: untilMs,
});

describe('syntheticSource', () => {
  it('calls itself synthetic', () => {
    expect(newSource().name).toBe('synthetic');
  });

  it.each([
    ['15m', 12 * 96],
    ['1h', 12 * 24],
    ['4h', 12 * 6],
    ['1d', 12],
  ] as const)('gives every closed %s candle of twelve days', async (timeframe, count) => {
    const candles = await newSource().closedCandles(request(timeframe, startMs, startMs + 12 * DAY_MS));
    for (const column of candleColumns) expect(candles[column]).toHaveLength(count);
    expect(candles.openMs[0]).toBe(startMs);
  });

  it('gives a candle at its close and not a millisecond earlier', async () => {
    const source = newSource();
    const opens = async (untilMs: number) =>
      Array.from((await source.closedCandles(request('4h', startMs, untilMs))).openMs);
    expect(await opens(startMs + 8 * HOUR_MS - 1)).toEqual([startMs]);
    expect(await opens(startMs + 8 * HOUR_MS)).toEqual([startMs, startMs + 4 * HOUR_MS]);
  });

  it('begins at the first candle that opens at or after the time asked for', async () => {
    const source = newSource();
    const first = async (timeframe: Timeframe, fromMs: number) =>
      (await source.closedCandles(request(timeframe, fromMs, nowMs))).openMs[0];
    expect(await first('4h', startMs + 4 * HOUR_MS)).toBe(startMs + 4 * HOUR_MS);
    expect(await first('4h', startMs + 4 * HOUR_MS + 1)).toBe(startMs + 8 * HOUR_MS);
    expect(await first('1d', startMs + MINUTE_MS)).toBe(startMs + DAY_MS);
    expect(await first('15m', 0)).toBe(startMs);
  });

  it('tells the same story on 4h as on 15m', async () => {
    const source = newSource();
    const fine = await source.closedCandles(request('15m', startMs, startMs + DAY_MS));
    const coarse = await source.closedCandles(request('4h', startMs, startMs + DAY_MS));
    const last = sliceCandles(fine, 80, 96); // 20:00 to 24:00
    expect(candleAt(coarse, 5)).toEqual({
      openMs: startMs + 20 * HOUR_MS,
      open: last.open[0],
      high: Math.max(...last.high),
      low: Math.min(...last.low),
      close: last.close[15],
      volume: last.volume.reduce((sum, volume) => sum + volume, 0),
    });
  });

  it.each(['1m', '5m'] as const)('refuses %s and says what it has', async (timeframe) => {
    await expect(newSource().closedCandles(request(timeframe, startMs, nowMs))).rejects.toMatchObject({
      code: 'candles-missing',
      message: `The synthetic market has no ${timeframe} candles of 'BTC/USD'.`,
      hint: 'Ask for one of 15m, 1h, 4h, 1d.',
    });
  });

  it('refuses a symbol that it has not', async () => {
    const unknown = { ...request('4h', startMs, nowMs), symbol: 'SOL/USD' };
    await expect(newSource().closedCandles(unknown)).rejects.toMatchObject({
      code: 'candles-missing',
      message: "The synthetic market has no 'SOL/USD'.",
      hint: 'Ask for one of BTC/USD, ETH/USD.',
    });
  });

  it('makes 800 days of two symbols in less than a second, and each candle once', async () => {
    const source = newSource();
    const beganMs = performance.now();
    const first = await source.closedCandles(request('15m', startMs, nowMs));
    expect(performance.now() - beganMs).toBeLessThan(1_000); // about 100 ms on a laptop
    const again = await source.closedCandles(request('15m', startMs, nowMs));
    expect(again.close.buffer).toBe(first.close.buffer);
  });
});
