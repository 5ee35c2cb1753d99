import { describe, expect, it } from 'vitest';
import { clockFinding, coverageFinding, diskFindings, versionFindings } from '../../cli/findings.ts';

describe('the doctor', () => {
  it.each([
    [0, 'ok', "0.0 s ahead of Kraken's clock, to within 0.6 s"],
    [2_000, 'ok', "2.0 s ahead of Kraken's clock, to within 0.6 s"],
    [2_001, 'warn', "2.0 s ahead of Kraken's clock, to within 0.6 s"],
    [-2_000, 'ok', "2.0 s behind Kraken's clock, to within 0.6 s"],
    [-2_400, 'warn', "2.4 s behind Kraken's clock, to within 0.6 s"],
  ] as const)('finds a clock that is %i ms off %s', (offsetMs, level, text) => {
    expect(clockFinding({ offsetMs, toleranceMs: 600 })).toMatchObject({ level, text });
  });

  it.each([
    [1_000_000_000, 'ok', '1.0 GB'],
    [999_999_999, 'warn', '1.0 GB'],
    [120_000_000, 'warn', '0.1 GB'],
  ] as const)('finds %i free bytes %s', (freeBytes, level, text) => {
    const [, free] = diskFindings({ folder: 'x', origin: 'cli' }, [
      { isThere: true, fault: null, freeBytes },
    ]);
    expect(free).toMatchObject({ level, subject: 'free', text });
  });

  it('says where the name of the folder comes from', () => {
    const from = (origin: string) =>
      diskFindings({ folder: 'x', origin }, [{ isThere: true, fault: null, freeBytes: null }]);
    expect(['cli', 'env', 'default'].flatMap(from).map(({ text }) => text)).toEqual([
      "'x' (--data) can be written",
      "'x' (HOT_CRYPTO_DATA) can be written",
      "'x' (default) can be written",
    ]);
  });

  it('warns of an older Node', () => {
    const levels = versionFindings({ node: '22.18.0' }).concat(
      versionFindings({ node: '24.0.0', sqlite: '3' }),
    );
    expect(levels.map(({ level }) => level)).toEqual(['warn', 'ok', 'ok']);
  });

  it('tells a hole and what it does', () => {
    const coverage = {
      symbol: 'BTC/USD',
      timeframe: '4h',
      candles: 720,
      newestMs: Date.UTC(2025, 0, 1),
      holes: [{ fromMs: Date.UTC(2024, 11, 1), missing: 20 }],
      fault: 'a hole in the candles',
    } as const;
    expect(coverageFinding(coverage)).toMatchObject({
      level: 'warn',
      text: '720 of 720 candles; newest 2025-01-01 00:00 UTC; a hole at 2024-12-01 00:00 UTC; a hole in the candles',
    });
  });
});
