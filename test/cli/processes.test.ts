import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { readResults } from '../../shared/app/results.ts';
import { type Units, unitsOf } from '../../shared/core/decimal.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { jsonOf, runCli, startCli, temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const firstMs = Date.UTC(2025, 0, 1);
const fast = (data: string) => ['start', '--source', 'synthetic', '--speed', '50', '--data', data];
const ESCAPE = String.fromCharCode(27);

/** The instants of the decisions about BTC/USD that a run printed. */
const ticksIn = (stdout: string) =>
  [
    ...stdout.matchAll(/^(\d{4}-\d\d-\d\d \d\d:\d\d) {2}BTC\/USD +[\d.]+ {2}(?:buys|sells|holds|waits)/gm),
  ].map(([, at = '']) => Date.parse(`${at.replace(' ', 'T')}Z`));

/** Lets it run until it has printed so many lines. */
async function linesOf(child: ReturnType<typeof startCli>['child'], lines: number): Promise<void> {
  let seen = 0;
  for (; seen < lines; ) {
    const [chunk] = await once(child.stdout ?? child, 'data');
    seen += String(chunk).split('\n').length - 1;
  }
}

/** Every tick from the first to the newest decided once, each fill booked once, and no cash lost. */
async function expectConsistent(data: string): Promise<void> {
  const account = 'paper-synthetic';
  const store = openExistingState(openWorkspace({ data }), account);
  const kept = await readResults(store, account, { fromMs: firstMs, toMs: firstMs + 90 * DAY_MS });
  store.close();
  for (const symbol of ['BTC/USD', 'ETH/USD']) {
    const ticks = kept.decisions.filter((one) => one.symbol === symbol).map(({ atMs }) => atMs);
    expect(ticks).toEqual(ticks.map((_, i) => firstMs + i * 4 * HOUR_MS));
    expect(ticks.length).toBeGreaterThan(2);
  }
  expect(kept.decisions.filter(({ code }) => code === 'MISSED')).toEqual([]);
  const cash = kept.fills.reduce((sum: Units, { side, cost, fee }) => {
    return side === 'buy' ? sum - cost - fee : sum + cost - fee;
  }, unitsOf('10000'));
  expect(kept.cash).toBe(cash);
}

describe('start in a process of its own', () => {
  it('ends with Ctrl-C, goes on where it stopped, survives a power cut, and prints no colours into a file', async () => {
    const data = join(folder, 'alone');
    const first = startCli(fast(data));
    await linesOf(first.child, 12);
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect([stopped.code, stopped.stderr]).toEqual([0, '']);
    expect(stopped.stdout).toMatch(
      /\nStopped \(SYNTHETIC market\)\. Equity [\d,.]+ USD, \d open\. `npm start` carries on\.\n$/,
    );
    expect(stopped.stdout).not.toContain(ESCAPE);

    const second = startCli(fast(data));
    await linesOf(second.child, 20);
    second.child.kill('SIGKILL');
    const killed = await second.ended;
    expect(killed.code).toBe('SIGKILL');
    const [ticks, more] = [ticksIn(stopped.stdout), ticksIn(killed.stdout)];
    expect(more[0]).toBe((ticks.at(-1) ?? 0) + 4 * HOUR_MS);

    const third = startCli(fast(data));
    await linesOf(third.child, 20);
    third.child.kill('SIGTERM');
    expect(await third.ended).toMatchObject({ code: 0, stderr: '' });
    await expectConsistent(data);
  });

  it('twice at once on one folder neither crashes nor decides twice', async () => {
    const data = join(folder, 'shared');
    const both = [startCli(fast(data)), startCli(fast(data))];
    await Promise.all(both.map(({ child }) => linesOf(child, 16)));
    for (const { child } of both) child.kill('SIGINT');
    const outcomes = await Promise.all(both.map(({ ended }) => ended));
    for (const { code, stderr } of outcomes) {
      expect(code).toBe(0);
      const lines = stderr.split('\n').filter((line) => line !== '');
      for (const line of lines) expect(line).toMatch(/^(account-busy|state-contended): /);
    }
    const decided = outcomes.flatMap(({ stdout }) => ticksIn(stdout));
    expect(new Set(decided).size).toBe(decided.length);
    await expectConsistent(data);
  });

  it('ends quietly when its reader leaves', async () => {
    const { child, ended } = startCli(fast(join(folder, 'piped')));
    await once(child.stdout ?? child, 'data');
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what an account did', () => {
  const data = join(folder, 'alone');

  it('is told by status, with units, in UTC', async () => {
    const { code, stdout } = await runCli('status', '--data', data);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^paper-synthetic {3}PAPER on SYNTHETIC market\n/);
    expect(stdout).toMatch(/^equity {5}[\d,]+\.\d\d USD at 2025-01-\d\d \d\d:\d\d UTC, from 10,000\.00$/m);
    expect(stdout).toMatch(/^last tick {2}2025-01-.* UTC; next 2025-01-.* UTC$/m);
  });

  it('is told by why, for the newest decision or the one before a time', async () => {
    const newest = (await jsonOf('why', 'btc', '--data', data)) as { atMs: number };
    const status = (await jsonOf('status', '--data', data)) as { lastTickMs: number };
    expect(newest).toMatchObject({ atMs: status.lastTickMs, symbol: 'BTC/USD' });
    for (const time of ['2025-01-01', '2025-01-01 03:59', '2025-01-01T00:00Z', `${firstMs}`])
      expect(await jsonOf('why', 'ETH', time, '--data', data)).toMatchObject({
        atMs: firstMs,
        symbol: 'ETH/USD',
      });
    const { stdout } = await runCli('why', 'ETH/USD', '2025-01-01', '--data', data);
    expect(stdout).toMatch(/^paper-synthetic, SYNTHETIC market\n2025-01-01 00:00 {2}ETH\/USD /);
    expect(stdout).toMatch(/^ {2}equity 10,000\.00 USD, /m);
  });

  it.each([
    [
      ['status', '--account', 'mine'],
      1,
      /^not-found: There is no account 'mine' in '.*' \(known: paper-synthetic\)\.\n/,
    ],
    [['why', 'BTC', '--account', 'mine'], 1, /^not-found: There is no account 'mine' /],
    [
      ['why', 'SOL'],
      1,
      /^not-found: The account 'paper-synthetic' decided nothing about SOL\/USD at or before /,
    ],
    [
      ['why', 'BTC', '2024-12-31'],
      1,
      /^not-found: .* nothing about BTC\/USD at or before 2024-12-31 00:00 UTC\.\n/,
    ],
    [
      ['why', 'BTC', 'yesterday'],
      2,
      /^usage: 'yesterday' is not an instant\.\n {2}→ Write it as 2024-07-01 or /,
    ],
  ])('%j is refused', async (words, expected, told) => {
    const { code, stdout, stderr } = await runCli(...words, '--data', data, '--json');
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(told);
    expect(stderr).toMatch(/^[^\n]+\n {2}→ [^\n]+\n$/);
  });
});
