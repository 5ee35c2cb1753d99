import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { runCli, startCli, temporaryFolder } from '../helpers/cli.ts';
import { rowsOfCsv } from '../helpers/csv.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

/** A paper account after so many ticks. At the fourth ETH is bought; it is held until somebody wants it sold. */
async function tradedFor(name: string, ticks: number): Promise<string> {
  const data = join(folder, name);
  await ticksIn(data, ticks);
  return data;
}

async function ticksIn(data: string, ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick++)
    await runCli('start', '--once', '--source', 'synthetic', '--data', data);
}

async function sell(data: string): Promise<void> {
  await runCli('close', 'ETH', '--why', 'a test', '--data', data);
  await ticksIn(data, 2);
}

const children = new Set<ReturnType<typeof startCli>['child']>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** Follows in a process of its own until what it printed is as wanted. */
function follow(...words: readonly string[]) {
  const { child, ended } = startCli(['show', ...words, '--follow']);
  children.add(child);
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  return {
    async until(isThere: (text: string) => boolean) {
      while (!isThere(printed)) await once(child.stdout ?? child, 'data');
    },
    async stopped() {
      child.kill('SIGINT');
      return ended;
    },
    child,
    ended,
  };
}

const linesIn = (text: string) => text.split('\n').filter((line) => line !== '');
const LONG_MS = 60_000;

describe('show --follow', () => {
  it(
    'prints what another process books, each row once, and ends with Ctrl-C',
    async () => {
      const data = await tradedFor('fills', 3);
      const [json, csv, screen] = [
        follow('fills', '--json', '--data', data),
        follow('fills', '--csv', '--data', data),
        follow('fills', '--data', data),
      ];
      await csv.until((text) => text.endsWith('\r\n'));
      await screen.until((text) => text.endsWith('Nothing was bought or sold.\n'));
      await ticksIn(data, 3);
      await sell(data);
      await json.until((text) => linesIn(text).length === 2);
      await csv.until((text) => linesIn(text).length === 3);
      await screen.until((text) => linesIn(text).length === 5);
      const [lines, table] = [await json.stopped(), await csv.stopped()];
      expect([lines.code, lines.stderr, table.code, table.stderr]).toEqual([0, '', 0, '']);
      const rows = linesIn(lines.stdout).map((line) => JSON.parse(line));
      expect(rows.map((row) => [row.symbol, row.side])).toEqual([
        ['ETH/USD', 'buy'],
        ['ETH/USD', 'sell'],
      ]);
      expect(rowsOfCsv(table.stdout).map((row) => row['clientOrderId'])).toEqual(
        rows.map((row) => row.clientOrderId),
      );
      expect((await screen.stopped()).code).toBe(0);
    },
    LONG_MS,
  );

  it(
    'prints a position, an order and the performance again when they change, and marks as they come',
    async () => {
      const data = await tradedFor('others', 5);
      const all = {
        positions: follow('positions', '--json', '--data', data),
        orders: follow('orders', '--json', '--data', data),
        equity: follow('equity', '--json', '--data', data),
        performance: follow('performance', '--json', '--data', data),
        screen: follow('positions', '--data', data),
      };
      await all.positions.until((text) => text.includes('"state":"open"'));
      await all.equity.until((text) => linesIn(text).length === 16);
      await all.screen.until((text) => text.includes(' open '));
      await all.orders.until((text) => text.includes('"state":"OPEN"'));
      await all.performance.until((text) => text.includes('"open":1'));
      await ticksIn(data, 2);
      await sell(data);
      await all.positions.until((text) => text.includes('"state":"closed"'));
      await all.orders.until((text) => /"purpose":"stop".*"state":"CANCELLED"/.test(text));
      await all.performance.until((text) => text.includes('"closed":1'));
      await all.screen.until((text) => text.includes(' closed '));
      const wanted = linesIn((await runCli('show', 'equity', '--csv', '--data', data)).stdout).length - 1;
      await all.equity.until((text) => linesIn(text).length >= wanted);
      const ended = await Promise.all(Object.values(all).map((one) => one.stopped()));
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));

      const [positions = [], , equity = []] = ended.map(({ stdout }) =>
        stdout.startsWith('{') ? linesIn(stdout).map((line) => JSON.parse(line)) : [],
      );
      expect(new Set(positions.map((row) => row.entryMs)).size).toBe(1);
      const texts = positions.map((row) => JSON.stringify(row));
      expect(new Set(texts).size).toBe(texts.length);
      const times = equity.map((row) => row.atMs);
      expect(times).toEqual([...new Set(times)].sort());
      expect(times).toHaveLength(wanted);
      // On the screen the whole table again, with its header.
      expect(ended.at(-1)?.stdout.match(/^symbol +state/gm)?.length).toBeGreaterThan(1);
    },
    LONG_MS,
  );

  it('ends quietly when its reader leaves', async () => {
    const data = await tradedFor('piped', 5);
    const { child, ended } = follow('equity', '--data', data);
    await once(child.stdout ?? child, 'data');
    child.stdout?.destroy();
    await ticksIn(data, 1);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('refuses an account that is not there, and does not wait for it', async () => {
    const words = ['show', 'fills', '--follow', '--account', 'mine', '--data', join(folder, 'fills')];
    const { code, stdout, stderr } = await runCli(...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^not-found: There is no account 'mine' /);
  });
});
