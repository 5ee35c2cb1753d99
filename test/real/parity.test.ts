import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace, paperTrader } from '../../cli/context.ts';
import { engineInput, prepareRun, type StoredRun } from '../../cli/runs.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { compareWithEngine, type Parity } from '../../shared/app/parity.ts';
import { replay } from '../../shared/app/replay.ts';
import { storedFeed } from '../../shared/app/stored-feed.ts';
import type { Feed } from '../../shared/app/trader.ts';
import { marketRules } from '../../shared/core/decision/rules.ts';
import { timeframeMs } from '../../shared/core/market/timeframes.ts';
import { spawnCli } from '../helpers/cli.ts';
import { hasReference } from '../helpers/reference.ts';
import { importKraken, SPAN, STRESS, STRESS_RISK } from './kraken-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'parity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The summer of 2024: enough for some dozens of fills. */
const SUMMER = { from: '2024-07-01', to: '2024-09-30', data: folder, config: STRESS };

/** What is planted into the replay, and only there. */
type Fault = (parts: { run: StoredRun; paper: Paper; feed: ReturnType<typeof storedFeed> }) => Paper;

/** Replays the summer with a fault in it, and compares that with the engine, which has none. */
async function planted(fault: Fault): Promise<Parity['differences']> {
  const run = await prepareRun(openWorkspace(SUMMER), SUMMER);
  const { workspace, data, account } = run;
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const feed = storedFeed(data);
  const execMs = timeframeMs[data.execTimeframe];
  const execCandle: Paper['execCandle'] = (symbol, openMs) => feed.execCandle(symbol, openMs);
  const paper = { ...paperTrader(workspace, { account, store, feed, execMs }), execCandle };
  const kept = await replay(fault({ run, paper, feed }), run);
  expect(kept.decisions.length).toBe(2 * (6 * 92 + 1));
  return compareWithEngine(kept, engineInput(run)).differences;
}

/** The same paper whose windows end some candles later or earlier than they should. */
const shifted =
  (candles: number): Fault =>
  ({ paper, feed }) => {
    const window: Feed['window'] = (wanted) =>
      feed.window({ ...wanted, atMs: wanted.atMs + candles * timeframeMs[wanted.timeframe] });
    return { ...paper, trader: { ...paper.trader, feed: { ...feed, window } } };
  };

describe.skipIf(!hasReference('data/SOURCES.md'))('parity on Kraken BTC and ETH', () => {
  beforeAll(() => importKraken(folder));

  // Counts and equities are those of an independent implementation of the specification (docs/decisions/0012).
  it.each([
    ['default', [], { positions: 134, open: 0, fills: 268, equityFinal: '9427.1580263594248' }],
    [
      'stress',
      ['--config', STRESS],
      { positions: 406, open: 1, fills: 813, equityFinal: '8875.4837199065264' },
    ],
    [
      'stress-risk',
      ['--config', STRESS_RISK],
      { positions: 112, open: 0, fills: 224, equityFinal: '9417.4131313822584' },
    ],
  ])(
    'finds no difference, 2024-07 to 2025-12, with the config %s: what every instance says on the last 720 rows is what it says on full columns',
    async (name, words, expected) => {
      const { code, stdout, stderr } = await spawnCli([
        'parity',
        ...SPAN,
        '--json',
        '--data',
        folder,
        ...words,
      ]);
      expect([code, stderr]).toEqual([0, '']);
      const { differences, compared, ...told } = JSON.parse(stdout);
      const { positions, open, equityFinal, reasons, rejects, forbidden, notes, halted } = told;
      const counts = { compared, positions, open, equityFinal, reasons, rejects, forbidden, notes, halted };
      console.log(`parity on Kraken, ${name}:`, JSON.stringify(counts));
      expect(differences).toEqual([]);
      // Two symbols, six ticks a day on 549 days, and the last midnight.
      expect(compared.decisions).toBe(2 * (6 * 549 + 1));
      expect({ positions, open, fills: compared.fills, equityFinal }).toEqual(expected);
    },
  );

  it('finds no difference between the last 720 candles and all of them, bar by bar', async () => {
    const words = ['parity', '--lookback', ...SPAN, '--json', '--data', folder];
    const { code, stdout } = await spawnCli(words);
    const { compared, differences } = JSON.parse(stdout);
    expect([code, differences]).toEqual([0, []]);
    // 4h: six bars a day on 549 days and the midnight before, less the one candle without a trade; 1d: one a day.
    for (const { instance, bars } of compared) expect(bars).toBe(instance.endsWith('@4h') ? 3294 : 550);
    expect(compared.length).toBeGreaterThanOrEqual(2 * 21);
  });

  it('halts the account of much risk in February 2025, and says so', async () => {
    const words = ['backtest', ...SPAN, '--json', '--data', folder, '--config', STRESS_RISK];
    const { halted, rejects } = JSON.parse((await spawnCli(words)).stdout);
    expect(halted).toEqual([{ scope: 'drawdown', atMs: Date.UTC(2025, 1, 25, 8) }]);
    expect(rejects).toEqual({
      BREAKER_CONSECUTIVE_LOSSES: 23,
      COOLDOWN: 4,
      DRAWDOWN: 673,
      INSUFFICIENT_DATA: 2,
      MAX_OPEN: 229,
    });
  });

  it('finds no difference in the summer when nothing is planted', async () => {
    expect(await planted(({ paper }) => paper)).toEqual([]);
  });

  it('names a fee: the decisions reckon with another one', async () => {
    const differences = await planted(({ run, paper }) => {
      const { config } = run.workspace;
      const cheap = { ...config, fees: { ...config.fees, taker: 0.0026 } };
      const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(cheap, symbol)]));
      return { ...paper, trader: { ...paper.trader, rules } };
    });
    expect(differences.slice(0, 2).map(({ field, engine, replay }) => [field, engine, replay])).toEqual([
      ['inputs.takeCost', 0.0043, 0.0029],
      ['inputs.instrument.takerFee', '0.004', '0.0026'],
    ]);
  });

  it('names a fee: the exchange charges another one', async () => {
    const config = { ...openWorkspace(SUMMER).config, fees: { maker: 0.0016, taker: 0.0026 } };
    const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)]));
    const [first] = await planted(({ run, paper, feed }) => {
      const { store, account, execMs } = paper.trader;
      const charging = paperTrader({ ...run.workspace, rules }, { account, store, feed, execMs });
      const { exchange } = charging;
      return { ...paper, exchange, trader: { ...paper.trader, exchange } };
    });
    expect(first).toMatchObject({ kind: 'fill', field: 'fee' });
  });

  it('names a candle that is not closed yet', async () => {
    const [first] = await planted(shifted(1));
    expect(first).toMatchObject({ kind: 'decision', at: '2024-07-01T00:00:00.000Z BTC/USD' });
    expect(first?.field).toBe('inputs.candles.0.lastMs');
    expect(Number(first?.replay) - Number(first?.engine)).toBe(timeframeMs['4h']);
  });

  it('names a candle that is not final: its time is right, its close is not', async () => {
    const differences = await planted(({ paper, feed }) => {
      const window: Feed['window'] = async (wanted) => {
        const candles = await feed.window(wanted);
        const close = candles.close.slice();
        close[close.length - 1] = candles.open.at(-1) ?? 0;
        return { ...candles, close };
      };
      return { ...paper, trader: { ...paper.trader, feed: { ...feed, window } } };
    });
    const fields = new Set(differences.slice(0, 4).map(({ field }) => field));
    expect([...fields].slice(0, 2)).toEqual(['inputs.candles.0.hash', 'inputs.candles.1.hash']);
  });

  it('names a window that is off by one', async () => {
    const [first] = await planted(shifted(-1));
    expect(first?.field).toBe('inputs.candles.0.lastMs');
    expect(Number(first?.replay) - Number(first?.engine)).toBe(-timeframeMs['4h']);
  });

  it('names fills that come a candle late', async () => {
    const [first] = await planted(({ paper, feed }) => ({
      ...paper,
      execCandle: (symbol, openMs) => feed.execCandle(symbol, openMs + timeframeMs['4h']),
    }));
    expect(first).toMatchObject({ kind: 'fill', field: 'price' });
  });

  it('names a shorter lookback', async () => {
    const [first] = await planted(({ paper }) => ({
      ...paper,
      trader: { ...paper.trader, lookbackRows: 719 },
    }));
    expect(first).toMatchObject({ field: 'inputs.candles.0.rows', engine: 720, replay: 719 });
  });
});

if (!hasReference('data/SOURCES.md'))
  console.log('test/real/parity: skipped, the reference folder is absent (REFERENCE_DIR)');
