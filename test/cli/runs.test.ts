import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDecimalText } from '../../shared/core/decimal.ts';
import { enabledStrategies } from '../helpers/chosen-strategies.ts';
import { filesIn, jsonOf, runCli, spawnCli, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
const data = join(folder, 'data');
beforeAll(async () => {
  const { code, stderr } = await runCli('candles', 'import', ...writeMadeUpFiles(folder), '--data', data);
  expect([code, stderr]).toEqual([0, '']);
});
afterAll(remove);

const span = (from: string, to: string, ...words: string[]) => [
  '--from',
  from,
  '--to',
  to,
  '--data',
  data,
  ...words,
];
const stress = ['--config', join(import.meta.dirname, '../../examples/stress.yaml')];
// Nine days in which the made-up market enters six times and leaves as often.
const weeks = span('2025-01-01', '2025-01-09', '--exec', '4h', ...stress);

/** The report of a run as a program reads it. */
interface Report {
  readonly positions: readonly Readonly<Record<string, unknown>>[];
  readonly open: readonly Readonly<Record<string, unknown>>[];
  readonly equityFinal: string;
  readonly reasons: Readonly<Record<string, number>>;
  readonly rejects: Readonly<Record<string, number>>;
  readonly buyAndHold: { readonly equityFinal: string };
  readonly exec: string;
}
const reportOf = async (...words: string[]) => (await jsonOf(...words)) as Report;

const enabled = enabledStrategies();

describe('a run over stored candles', () => {
  it('reports amounts as decimal text, times as milliseconds, counts as numbers', async () => {
    const report = await reportOf('replay', ...weeks);
    expect(report.positions).toHaveLength(6);
    for (const position of report.positions) {
      for (const key of ['entryPrice', 'quantity', 'exitPrice', 'entryFee', 'exitFee', 'netProfit'])
        expect([key, isDecimalText(String(position[key])), typeof position[key]]).toEqual([
          key,
          true,
          'string',
        ]);
      expect(Number(position['exitMs'])).toBeGreaterThan(Number(position['entryMs']));
      expect(position['symbol']).toMatch(/^(BTC|ETH)\/USD$/);
      expect(['STOP', 'TRAIL', 'SIGNAL']).toContain(position['reason']);
    }
    expect(isDecimalText(report.equityFinal) && isDecimalText(report.buyAndHold.equityFinal)).toBe(true);
    expect(Object.values(report.reasons).reduce((a, b) => a + b, 0)).toBe(6);
    const profits = report.positions.reduce((sum, { netProfit }) => sum + Number(netProfit), 0);
    expect(10_000 + profits).toBeCloseTo(Number(report.equityFinal), 9);
  });

  it('is the same to the byte the second time, in another process, afresh, and as a backtest', async () => {
    const replayed = (await runCli('replay', ...weeks, '--json')).stdout;
    const [elsewhere, fresh, tested] = [
      await spawnCli(['replay', ...weeks, '--json']),
      await runCli('replay', ...weeks, '--json', '--fresh'),
      await runCli('backtest', ...weeks, '--json'),
    ];
    expect(elsewhere).toEqual({ code: 0, stdout: replayed, stderr: '' });
    expect(fresh.stdout).toBe(replayed);
    expect(tested.stdout).toBe(replayed);
  });

  it('has no difference between engine and replay', async () => {
    // Ticks at 9 × 6 + 1 instants for two symbols; an entry and an exit of each of six positions.
    expect(await jsonOf('parity', ...weeks)).toMatchObject({
      differences: [],
      compared: { decisions: 110, fills: 12, marks: expect.any(Number) },
      positions: 6,
      open: 0,
    });
    const { code, stdout } = await runCli('parity', ...weeks);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^compared {3}110 decisions, 12 fills, \d+ equity marks$/m);
    expect(stdout).toMatch(/^no difference$/m);
  });

  it('of all strategies is one result for each, equal to that of the strategy alone', async () => {
    const all = await jsonOf('backtest', ...weeks, '--all');
    const { results } = all as { results: readonly (Report & { readonly strategy: string })[] };
    expect(results.map(({ strategy }) => strategy)).toEqual(enabled);
    const alone = await reportOf('backtest', ...weeks, '--strategy', 'turtle');
    expect(results.find(({ strategy }) => strategy === 'turtle')).toEqual({ strategy: 'turtle', ...alone });
    const { stdout } = await runCli('backtest', ...weeks, '--all');
    expect(stdout).toMatch(/^strategy +closed +open +fees USD +equity USD +result +holding$/m);
    expect(stdout).toMatch(/^turtle .* %$/m);
  });

  it('of strategies alone says which were halted, and since when', async () => {
    const own = join(folder, 'halts.yaml');
    writeFileSync(own, 'risk: { riskPerTrade: 0.02, drawdownMax: 0.01 }\n');
    const { stdout } = await runCli('backtest', ...weeks, '--all', '--config', own);
    const { results } = (await jsonOf('backtest', ...weeks, '--all', '--config', own)) as {
      results: readonly { readonly strategy: string; readonly halted: readonly unknown[] }[];
    };
    const halted = results.filter((one) => one.halted.length > 0).map(({ strategy }) => strategy);
    expect(halted.length).toBeGreaterThan(0);
    const said = [...stdout.matchAll(/^HALTED {3}(\w+) by the drawdown breaker since 2025-01-0\d/gm)];
    expect(said.map(([, strategy]) => strategy)).toEqual(halted);
  });

  it('reports positions that are still open apart', async () => {
    const days = span('2025-01-01', '2025-01-08', '--exec', '4h', ...stress);
    const { positions, open, equityFinal } = await reportOf('replay', ...days);
    const both = ['BTC/USD', 'ETH/USD'];
    expect(positions.map(({ symbol }) => symbol)).toEqual([...both, ...both]);
    expect(open.map(({ symbol }) => symbol)).toEqual(both);
    for (const key of ['entryPrice', 'quantity', 'entryFee', 'stop'])
      expect(isDecimalText(String(open[0]?.[key]))).toBe(true);
    const profits = positions.reduce((sum, { netProfit }) => sum + Number(netProfit), 0);
    expect(Number(equityFinal)).not.toBeCloseTo(10_000 + profits, 2);
    const { stdout } = await runCli('backtest', ...days);
    expect(stdout).toMatch(
      /^open {5}ETH\/USD [\d.]+ since 2025-01-07 16:00 UTC at 10406.86 USD, stop [\d.]+ USD$/m,
    );
  });
});

describe('the candles that orders meet', () => {
  it('are the finest that cover the span for every symbol, or those that are asked for', async () => {
    // 15m candles end with 2025-01-08.
    const eight = span('2025-01-01', '2025-01-08');
    expect((await reportOf('backtest', ...eight)).exec).toBe('15m');
    expect((await reportOf('backtest', ...span('2025-01-01', '2025-01-09'))).exec).toBe('4h');
    expect((await reportOf('backtest', ...eight, '--exec', '4h')).exec).toBe('4h');
    expect((await runCli('backtest', ...eight)).stdout).toMatch(/fills on 15m candles/);
    expect(await jsonOf('parity', ...span('2025-01-01', '2025-01-03'))).toMatchObject({ differences: [] });
  });

  it.each([
    [
      'are not there',
      span('2025-01-01', '2025-01-15', '--exec', '1h'),
      'candles-missing: There are no 1h candles of BTC/USD between 2025-01-01 00:00 and 2025-01-16 00:00 UTC.',
      /candles list/,
    ],
    [
      'end before the span',
      span('2025-01-01', '2025-01-15', '--exec', '15m'),
      'candles-missing: The 15m candles of BTC/USD reach to 2025-01-09 00:00 UTC, the span to 2025-01-16 00:00.',
      /or give --to 2025-01-08\.$/,
    ],
    [
      'begin after the span',
      span('2024-12-31', '2025-01-08', '--exec', '15m'),
      'candles-missing: The 15m candles of BTC/USD begin at 2025-01-01 00:00 UTC, after the span does at 2024-12-31 00:00.',
      /give a later --from, or another --exec\.$/,
    ],
  ])('%s: refused', async (_, words, message, remedy) => {
    const { code, stdout, stderr } = await runCli('backtest', ...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n')).toEqual([message, expect.stringMatching(remedy), '']);
  });

  it('are not longer than those on which something decides', async () => {
    const config = join(folder, 'fine.yaml');
    writeFileSync(config, 'strategies: { turtle: { timeframes: [15m] } }\n');
    expect(await runCli('backtest', ...weeks, '--config', config)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "usage: --exec '4h' is longer than the 15m candles on which something decides.\n  → Use 15m or a shorter one.\n",
    });
  });
});

describe('a span', () => {
  it.each([
    [
      'before the stored candles',
      span('2019-01-01', '2019-01-05'),
      'candles-missing: There are no 4h candles of BTC/USD between 2019-01-01 00:00 and 2019-01-06 00:00 UTC.',
      /candles import FILE/,
    ],
    [
      'beyond their end',
      span('2025-01-20', '2025-02-20'),
      'candles-missing: The 4h candles of BTC/USD reach to 2025-01-29 00:00 UTC, the span to 2025-02-21 00:00.',
      /or give --to 2025-01-28\.$/,
    ],
    [
      'after their end',
      span('2025-02-01', '2025-02-20'),
      'candles-missing: The 4h candles of BTC/USD reach to 2025-01-29 00:00 UTC, the span to 2025-02-21 00:00.',
      /candles fetch`\.$/,
    ],
  ])('%s is refused, and nothing is stored', async (_, words, message, remedy) => {
    const before = Object.keys(filesIn(data));
    for (const verb of ['replay', 'backtest', 'parity']) {
      const { code, stdout, stderr } = await runCli(verb, ...words, '--json');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr.split('\n')).toEqual([message, expect.stringMatching(remedy), '']);
    }
    expect(Object.keys(filesIn(data))).toEqual(before);
  });

  it('whose end is the end of the candles runs', async () => {
    expect((await runCli('backtest', ...span('2025-01-20', '2025-01-28'))).code).toBe(0);
  });

  it('with less than 720 candles before it runs, and counts what it could not decide', async () => {
    // 2023-01-12 is the first day of all: 2 × 6 + 1 ticks of two symbols.
    const words = span('2023-01-12', '2023-01-13');
    const { rejects, positions } = await reportOf('replay', ...words);
    expect([rejects, positions]).toEqual([{ INSUFFICIENT_DATA: 26 }, []]);
    expect((await runCli('backtest', ...words)).stdout).toMatch(/^refused {2}INSUFFICIENT_DATA 26$/m);
    expect(await jsonOf('parity', ...words)).toMatchObject({ differences: [] });
  });

  it('of an unknown strategy is refused with those that are known', async () => {
    expect(await runCli('backtest', ...weeks, '--strategy', 'moon')).toEqual({
      code: 2,
      stdout: '',
      stderr: `usage: There is no strategy 'moon'.\n  → Use one of ${enabled.join(', ')}.\n`,
    });
  });
});
