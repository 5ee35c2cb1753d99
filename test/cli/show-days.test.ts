import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { makeAccount } from '../helpers/made-account.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');
const stress = ['--config', join(import.meta.dirname, '../../examples/stress.yaml')];
const day = (n: number) => `2025-01-${String(n).padStart(2, '0')}`;
const DAYS = 20;
const run = (to: number) => ['--from', day(1), '--to', day(to), '--exec', '4h', '--data', data, ...stress];

interface Performance {
  readonly equityFirst: string;
  readonly equityLast: string;
  readonly totalReturn: number | null;
  readonly marks: number;
  readonly closed: number;
  readonly steps: number;
  readonly feesPaid: string;
  readonly buyAndHold: { readonly totalReturn: number; readonly symbols: Readonly<Record<string, number>> };
}

interface Backtest {
  readonly equityFinal: string;
  readonly positions: readonly { readonly exitMs: number }[];
  readonly buyAndHold: { readonly equityFinal: string; readonly symbols: Readonly<Record<string, number>> };
}

let account = '';
beforeAll(async () => {
  await runCli('candles', 'import', ...writeMadeUpFiles(folder), '--data', data);
  account = ((await jsonOf('replay', ...run(DAYS))) as { account: string }).account;
});

const show = (table: string, ...words: string[]) =>
  jsonOf('show', table, '--account', account, '--data', data, ...stress, ...words);
const performance = async (...words: string[]) => (await show('performance', ...words)) as Performance;

describe('days of show performance', () => {
  it('have the figures of the backtest of these days', async () => {
    const closedAtMidnight = new Set<boolean>();
    for (let to = 1; to <= DAYS; to++) {
      const { equityFinal, positions, buyAndHold } = (await jsonOf('backtest', ...run(to))) as Backtest;
      const found = await performance('--from', day(1), '--to', day(to));
      expect([day(to), found.equityLast]).toEqual([day(to), equityFinal]);
      expect(found.totalReturn).toBeCloseTo(Number(equityFinal) / 10_000 - 1, 6);
      expect([found.steps, found.closed]).toEqual([6 * to, positions.length]);
      expect(found.buyAndHold.symbols).toEqual(buyAndHold.symbols);
      expect(found.buyAndHold.totalReturn).toBeCloseTo(Number(buyAndHold.equityFinal) / 10_000 - 1, 5);
      closedAtMidnight.add(positions.some(({ exitMs }) => exitMs === Date.UTC(2025, 0, to + 1)));
    }
    // Both happen here, or the count of positions would have proved nothing about 00:00.
    expect(closedAtMidnight.size).toBe(2);
  });

  it('that follow each other multiply to the whole, and count every mark and position once', async () => {
    const whole = await performance();
    for (let to = 1; to < DAYS; to++) {
      const before = await performance('--to', day(to));
      const after = await performance('--from', day(to + 1));
      const both = (1 + (before.totalReturn ?? 0)) * (1 + (after.totalReturn ?? 0));
      expect(both).toBeCloseTo(1 + (whole.totalReturn ?? 0), 5);
      expect(before.equityLast).toBe(after.equityFirst);
      expect(before.marks + after.marks).toBe(whole.marks);
      expect(before.closed + after.closed).toBe(whole.closed);
    }
  });
});

describe('days of show equity', () => {
  it('that follow each other have every mark once', async () => {
    const rowsOf = async (...words: string[]) =>
      ((await show('equity', ...words)) as { equity: readonly { atMs: number }[] }).equity;
    const whole = await rowsOf();
    let midnights = 0;
    for (let to = 1; to < DAYS; to++) {
      const [before, after] = [await rowsOf('--to', day(to)), await rowsOf('--from', day(to + 1))];
      expect([...before, ...after]).toEqual(whole);
      if (before.at(-1)?.atMs === Date.UTC(2025, 0, to + 1)) midnights++;
    }
    expect(midnights).toBeGreaterThan(0);
  });
});

describe('capital that was moved while nothing was open', () => {
  const own = ['--account', 'replay-moved', '--data', data];
  const at = (n: number, hour = 0) => Date.UTC(2025, 0, n, hour);
  const made = { createdMs: at(1), lastTickMs: at(9), capital: '10000' };

  it('is in the equity at once, as status has it', async () => {
    const marks = [[at(2), '9952.32', '9952.32']] as const;
    const flat = { ...made, lastTickMs: at(5), marks };
    await makeAccount(data, { ...flat, account: 'replay-flat', flows: [[at(5), '5000']] });
    const words = ['--account', 'replay-flat', '--data', data];
    const { stdout } = await runCli('show', 'performance', ...words);
    expect(stdout).toMatch(/^equity {7}14,952\.32 USD from 10,000\.00, 5,000\.00 USD of capital moved$/m);
    expect(stdout).toMatch(/^return {7}-0\.48 %$/m);
    // Carried out after the newest tick, as a watch does it.
    await makeAccount(data, { ...flat, account: 'replay-late', flows: [[at(5, 1), '5000']] });
    const found = await jsonOf('show', 'performance', '--account', 'replay-late', '--data', data);
    expect(found).toMatchObject({ equityLast: '14952.32', flow: '5000', toMs: at(5) });
    const before = ['--account', 'replay-late', '--data', data, '--to', day(4)];
    expect(await jsonOf('show', 'performance', ...before)).toMatchObject({
      equityLast: '9952.32',
      flow: '0',
    });
  });

  it('is what days after it begin with, and no flow of theirs', async () => {
    await makeAccount(data, {
      ...made,
      account: 'replay-moved',
      marks: [
        [at(2), '9952.32', '9952.32'],
        [at(7), '16447.552', '16447.552'],
      ],
      flows: [
        [at(5), '5000'],
        [at(6, 12), '-1000'],
      ],
    });
    expect(await jsonOf('show', 'performance', ...own, '--from', day(6))).toMatchObject({
      equityFirst: '14952.32',
      equityLast: '16447.552',
      flow: '-1000',
    });
    const rowsFrom = (n: number) => jsonOf('show', 'equity', ...own, '--from', day(n));
    expect(await rowsFrom(6)).toMatchObject({ equity: [{ atMs: at(7), flow: '-1000' }] });
    expect(await rowsFrom(4)).toMatchObject({ equity: [{ atMs: at(7), flow: '4000' }] });
    expect(await rowsFrom(1)).toMatchObject({ equity: [{ flow: '0' }, { flow: '4000' }] });
  });
});
