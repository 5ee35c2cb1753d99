import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { type Kept, readResults } from '../../shared/app/results.ts';
import { textOf } from '../../shared/core/decimal.ts';
import { netProfit } from '../../shared/core/execution/position.ts';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, fakeCloud } from '../helpers/cloud.ts';
import { moveToCloud } from '../helpers/cloud-account.ts';
import { rowsOfCsv } from '../helpers/csv.ts';
import { makeAccount } from '../helpers/made-account.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');
const stress = ['--config', join(import.meta.dirname, '../../examples/stress.yaml')];

type Row = Readonly<Record<string, string | number | null>>;

/** A replay of nine days, which ends flat after four positions, and what its state has of it. */
let account = '';
let kept: Kept;
beforeAll(async () => {
  await runCli('candles', 'import', ...writeMadeUpFiles(folder), '--data', data);
  const words = ['--from', '2025-01-01', '--to', '2025-01-09', '--exec', '4h', '--data', data, ...stress];
  account = ((await jsonOf('replay', ...words)) as { account: string }).account;
  const store = openExistingState(openWorkspace({ data }), account);
  kept = await readResults(store, account, { fromMs: Date.UTC(2025, 0), toMs: Date.UTC(2025, 1) });
  store.close();
});

const show = (table: string, ...words: string[]) =>
  runCli('show', table, '--account', account, '--data', data, ...stress, ...words);
const rowsOf = async (table: string, ...words: string[]) => {
  const { code, stdout, stderr } = await show(table, ...words, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout)[table] as readonly Row[];
};
const csvOf = async (table: string, ...words: string[]) =>
  rowsOfCsv((await show(table, ...words, '--csv')).stdout);

describe('show', () => {
  it('has every position that was closed, with what it brought after fees', async () => {
    const rows = await rowsOf('positions');
    expect(rows).toHaveLength(6);
    const closed = kept.closed.map((one) => [one.plan.symbol, one.entryMs, textOf(netProfit(one)), 'closed']);
    expect(rows.map((row) => [row['symbol'], row['entryMs'], row['netProfit'], row['state']])).toEqual(
      closed,
    );
    const fees = rows.reduce((sum, row) => sum + Number(row['fees']), 0);
    const paid = kept.fills.reduce((sum, { fee }) => sum + Number(textOf(fee)), 0);
    expect(fees).toBeCloseTo(paid, 9);
  });

  it('has every fill once, in the order of time', async () => {
    const rows = await rowsOf('fills');
    expect(rows.map((row) => [row['atMs'], row['symbol'], row['side'], row['cost'], row['fee']])).toEqual(
      kept.fills.map((fill) => [fill.atMs, fill.symbol, fill.side, textOf(fill.cost), textOf(fill.fee)]),
    );
    expect(rows).toHaveLength(12);
  });

  it('has every order with how it ended: each fill is of one of them', async () => {
    const rows = await rowsOf('orders');
    const filled = rows.filter((row) => row['state'] === 'FILLED').map((row) => row['clientOrderId']);
    expect(filled.sort()).toEqual(kept.fills.map((fill) => fill.clientOrderId).sort());
    expect(new Set(rows.map((row) => row['purpose']))).toEqual(new Set(['entry', 'stop', 'exit']));
    // Decided at the last tick, after which nothing fills.
    const open = rows.filter((row) => row['state'] === 'OPEN');
    expect(open).toMatchObject([{ purpose: 'entry', decidedMs: Date.UTC(2025, 0, 10), filled: '0' }]);
  });

  it('has every mark, and the drawdown from the peak so far, the capital included', async () => {
    const rows = await rowsOf('equity');
    expect(rows.map((row) => [row['atMs'], row['equity'], row['cash'], row['flow']])).toEqual(
      kept.marks.map(({ atMs, equity, cash }) => [atMs, textOf(equity), textOf(cash), '0']),
    );
    let peak = 10_000;
    for (const row of rows) {
      peak = Math.max(peak, Number(row['equity']));
      expect(row['drawdown']).toBeCloseTo(Number(row['equity']) / peak - 1, 12);
    }
  });

  it.each(['positions', 'orders', 'fills', 'equity'])(
    'writes %s as CSV that reads back as the JSON',
    async (table) => {
      const rows = await rowsOf(table);
      const spelled = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => {
            const list = Array.isArray(value) ? value.join(' ') : value;
            const isInstant = key.endsWith('Ms') && typeof value === 'number';
            const text = isInstant ? new Date(value).toISOString() : String(list ?? '');
            return [key.replace(/Ms$/, 'Utc'), text];
          }),
        ),
      );
      const { code, stdout, stderr } = await show(table, '--csv');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/\r\n$/);
      expect(rowsOfCsv(stdout)).toEqual(spelled);
    },
  );

  it('shows a table with a title, times in UTC and amounts to read', async () => {
    const { stdout } = await show('positions');
    expect(stdout).toMatch(/^replay-\w+ {3}stored candles\nsymbol +state +entry UTC /);
    expect(stdout).toMatch(
      /^(BTC|ETH)\/USD {3}closed {2}2025-01-0\d \d\d:00 .* (STOP|TRAIL|SIGNAL) .* -?\d+\.\d\d {2}/m,
    );
    expect((await show('equity')).stdout).toMatch(/^2025-01-0\d \d\d:00 +[\d,]+\.\d\d .* -?\d\.\d\d %$/m);
  });

  it('keeps to the days that are asked for, both included', async () => {
    const whole = await csvOf('fills');
    const day = String(whole[2]?.['atUtc']).slice(0, 10);
    const some = await csvOf('fills', '--from', day, '--to', day);
    expect(some).toEqual(whole.filter((row) => row['atUtc']?.startsWith(day)));
    expect(some.length).toBeGreaterThan(0);
    const later = await csvOf('fills', '--from', day);
    expect(later).toEqual(whole.filter((row) => String(row['atUtc']) >= day));
    // The peak is that of the whole account, wherever one begins to look.
    const marks = await csvOf('equity');
    expect(await csvOf('equity', '--from', day)).toEqual(
      marks.filter((row) => String(row['atUtc']) > `${day}T00:00:00.000Z`),
    );
    // Held over midnight: what is marked at 00:00 is how the day before ended.
    const midnight = '2025-01-03T00:00:00.000Z';
    expect(marks.map((row) => row['atUtc'])).toContain(midnight);
    const to = await csvOf('equity', '--to', '2025-01-02');
    expect(to).toEqual(marks.filter((row) => String(row['atUtc']) <= midnight));
    expect(await csvOf('equity', '--from', '2025-01-03')).toEqual(marks.slice(to.length));
  });

  it('says of an account that has done nothing that there is nothing', async () => {
    const own = ['--data', join(folder, 'new')];
    await runCli('start', '--once', '--source', 'synthetic', ...own);
    const said: Readonly<Record<string, RegExp>> = {
      positions: /\nNo position was closed and none is open\.\n$/,
      orders: /\nNo order was ever made\.\n$/,
      fills: /\nNothing was bought or sold\.\n$/,
      equity: /\nThe equity was never marked, as nothing was ever open\.\n$/,
      performance: /\nNothing was open in that time: there is nothing more to say\.\n$/,
    };
    for (const [table, expected] of Object.entries(said)) {
      const { code, stdout, stderr } = await runCli('show', table, ...own);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(expected);
      const json = (await jsonOf('show', table, ...own)) as Row;
      if (table !== 'performance') expect(json).toEqual({ account: 'paper-synthetic', [table]: [] });
      else
        expect(json).toMatchObject({ marks: 0, totalReturn: null, sharpe: null, closed: 0, feesPaid: '0' });
    }
    expect((await runCli('show', 'fills', '--csv', ...own)).stdout).toMatch(/^atUtc,symbol[\w,]+\r\n$/);
    const days = await runCli('show', 'fills', ...own, '--from', '2025-01-01');
    expect(days.stdout).toMatch(/\nNothing was bought or sold in these days\.\n$/);
  });

  it('does not know an account that is not there', async () => {
    const { code, stdout, stderr } = await runCli('show', 'fills', '--account', 'mine', '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^not-found: There is no account 'mine' in /);
  });

  it('asks a deployed environment', async () => {
    const own = join(folder, 'cloud');
    for (let ticks = 0; ticks < 6; ticks++)
      await runCli('start', '--once', '--source', 'synthetic', '--data', own);
    const cloud = await fakeCloud();
    await moveToCloud(own, cloud.url);
    for (const table of ['positions', 'orders', 'fills', 'equity']) {
      const here = (await jsonOf('show', table, '--data', own)) as Record<string, readonly Row[]>;
      const there = await cloudCli(cloud.url, 'show', table, '--env', 'paper', '--json');
      expect(JSON.parse(there.stdout)).toEqual({ ...here, account: 'paper-kraken' });
      expect(here[table]?.length).toBeGreaterThan(0);
    }
    const told = await cloudCli(cloud.url, 'show', 'performance', '--env', 'paper');
    expect(told.stdout).toMatch(/^paper-kraken {3}kraken-api {3}env paper \(\d+ eu-central-1\)\n/);
    expect(told.stdout).toMatch(/^holding {6}– \(the stored 4h candles do not cover this time\)$/m);
    await cloud.close();
  });
});

describe('show performance', () => {
  it('agrees with the report of the replay, and says that nine days are no year', async () => {
    const report = (await jsonOf('status', '--account', account, '--data', data)) as Row;
    const found = JSON.parse((await show('performance', '--json')).stdout);
    const profits = kept.closed.map((one) => Number(textOf(netProfit(one))));
    const lost = profits.filter((one) => one < 0).reduce((sum, one) => sum - one, 0);
    const won = profits.filter((one) => one > 0).reduce((sum, one) => sum + one, 0);
    expect(found).toMatchObject({ account, marks: kept.marks.length, closed: 6, open: 0, steps: 54 });
    expect(found).toMatchObject({
      cagr: null,
      sharpe: null,
      calmar: null,
      performance: report['performance'],
    });
    expect(found.totalReturn).toBeCloseTo(Number(found.equityLast) / 10_000 - 1, 6);
    expect(found.profitFactor).toBeCloseTo(won / lost, 6);
    const deepest = Math.min(...(await rowsOf('equity')).map((row) => Number(row['drawdown'])));
    expect(found.drawdown.deepest).toBeCloseTo(deepest, 6);
    const { stdout } = await show('performance');
    expect(stdout).toMatch(/^CAGR, Sharpe – \(figures of a year need 90 days, these are 9\.0\)$/m);
    expect(stdout).toMatch(/^positions {4}6 closed: \d won, \d lost, \d+ % won; 0 open$/m);
  });

  it('holds beside it what the same candles would have brought', async () => {
    const words = ['--from', '2025-01-01', '--to', '2025-01-09', '--exec', '4h', '--data', data, ...stress];
    const { buyAndHold } = (await jsonOf('backtest', ...words)) as { buyAndHold: { equityFinal: string } };
    const found = JSON.parse((await show('performance', '--json')).stdout);
    expect(found.buyAndHold.totalReturn).toBeCloseTo(Number(buyAndHold.equityFinal) / 10_000 - 1, 5);
  });

  it('by hand: a year of one fall and one rise, with capital added in the middle', async () => {
    const day = (n: number) => Date.UTC(2023, 0, 1 + n);
    // −10 %; then 1,000 more, which is no gain; then 10,000 become 12,000, +20 %: 0.9 × 1.2 = 1.08.
    await makeAccount(data, {
      account: 'replay-year',
      createdMs: day(0),
      lastTickMs: day(365),
      capital: '10000',
      marks: [
        [day(100), '9000', '9000'],
        [day(200), '12000', '6000'],
      ],
      flows: [[day(150), '1000']],
    });
    const own = ['show', 'performance', '--account', 'replay-year', '--data', data];
    const found = (await jsonOf(...own)) as Row;
    expect(found).toMatchObject({ equityFirst: '10000', equityLast: '12000', flow: '1000', steps: 2190 });
    expect(found).toMatchObject({ totalReturn: 0.08, cagr: 0.08, calmar: 0.8, buyAndHold: null });
    expect(found['drawdown']).toEqual({
      deepest: -0.1,
      peakMs: day(0),
      troughMs: day(100),
      recoveryMs: day(200),
      underwaterDays: 100,
    });
    // Half of the equity from the mark at day 200 on: 165 days and the point itself, of 2190.
    expect(found['exposure']).toBeCloseTo((0.5 * (165 * 6 + 1)) / 2190, 6);
    // Mean 0.1 / 2190 of the returns −0.1 and 0.2: √2190 · mean / deviation, and deviation² = (0.05 − 0.01 / 2190) / 2189.
    const deviation = Math.sqrt((0.05 - 0.01 / 2190) / 2189);
    expect(found['sharpe']).toBeCloseTo((Math.sqrt(2190) * 0.1) / 2190 / deviation, 6);
    const { stdout } = await runCli(...own);
    expect(stdout).toMatch(/^equity {7}12,000\.00 USD from 10,000\.00, 1,000\.00 USD of capital moved$/m);
    expect(stdout).toMatch(/^CAGR {9}\+8\.00 %, volatility \d+\.\d\d %$/m);
    const half = (await jsonOf(...own, '--from', '2023-06-01', '--to', '2023-12-31')) as Row;
    // The 1,000 came while nothing was open, the day before the half begins.
    expect(half).toMatchObject({ equityFirst: '10000', equityLast: '12000', flow: '0', marks: 1 });
    expect(half).toMatchObject({ totalReturn: 0.2, drawdown: null });
  });

  it('is CSV of a figure a line', async () => {
    const { stdout } = await show('performance', '--csv');
    const rows = rowsOfCsv(stdout);
    const of = (figure: string) => rows.find((row) => row['figure'] === figure)?.['value'];
    expect(of('account')).toBe(account);
    expect(of('fromUtc')).toBe('2025-01-01T00:00:00.000Z');
    expect(of('sharpe')).toBe('');
    expect(of('performance.0.instance')).toMatch(/@/);
  });
});
