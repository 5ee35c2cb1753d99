import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { commandsOf } from '../helpers/doc-commands.ts';
import { loadMarket } from './load-market.ts';
import { parseOptions } from './options.ts';

const MAIN = 'test/kraken-simulator/main.ts';
const root = join(import.meta.dirname, '../..');
const { folder, remove } = temporaryFolder();
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  remove();
});

const DAY_0 = Date.UTC(2024, 0, 1);

function csv(name: string, rows: number, stepMs: number): string {
  const path = join(folder, name);
  const lines = Array.from({ length: rows }, (_, i) => `${DAY_0 + i * stepMs},100,110,90,105,7.5`);
  writeFileSync(path, ['timestamp_ms,open,high,low,close,volume', ...lines].join('\n'));
  return path;
}

const fourHours = csv('BTCUSD_4h.csv', 900, 4 * HOUR_MS);

/** Starts the simulator, and waits until it has said what it is. */
async function started(...words: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...words], { cwd: root, stdio: 'pipe' });
  running.push(child);
  const said = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said.text += chunk;
  });
  const ended = once(child, 'close');
  await vi.waitFor(() => expect(said.text).toContain('Ctrl-C'), { timeout: 20_000, interval: 50 });
  const address = /^HOT_CRYPTO_KRAKEN_URL=(\S+)$/m.exec(said.text)?.[1] ?? '';
  const get = async (path: string) => JSON.parse(await (await fetch(`${address}${path}`)).text());
  return { child, said, ended, address, get };
}

describe('the command line of the simulator', () => {
  it('starts on given candles, moves when it is told to, and says at the end what happened', async () => {
    const { child, said, ended, address, get } = await started('--control', '--candles', fourHours);
    expect(said.text).toContain('SIMULATED KRAKEN: nothing here is real');
    expect(said.text).toContain('120 daily candles before the start, of 720');
    // What a config for real money needs, ready to be copied.
    expect(said.text).toContain(`kraken: { tier: intermediate, baseUrl: "${address}" }`);
    const startMs = DAY_0 + 120 * DAY_MS;
    expect((await get('/simulator/state')).nowMs).toBe(startMs);
    const body = JSON.stringify({ toMs: startMs + HOUR_MS });
    await fetch(`${address}/simulator/advance`, { method: 'POST', body });
    const owner = { pair: 'XBTUSD', side: 'buy', type: 'market', volume: '0.5' };
    await fetch(`${address}/simulator/owner`, { method: 'POST', body: JSON.stringify(owner) });
    expect((await get('/simulator/report')).trades).toEqual([
      expect.objectContaining({ clientOrderId: null, pair: 'XXBTZUSD', volume: '0.5' }),
    ]);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(said.text).toContain('until     2024-04-30 01:00 UTC\norders    1 accepted, 0 client ids');
  });

  it('goes as time does without --speed and --control, from today on', async () => {
    const { get } = await started('--candles', fourHours);
    expect(Math.abs((await get('/simulator/state')).nowMs - Date.now())).toBeLessThan(5_000);
    const { result } = await get('/0/public/OHLC?pair=XBTUSD&interval=240');
    expect(result.XXBTZUSD).toHaveLength(721);
  });

  it('refuses a port that is taken, and says what to do', async () => {
    const { address } = await started('--control', '--candles', fourHours);
    const second = spawn(process.execPath, [
      join(root, MAIN),
      ...['--port', new URL(address).port, '--control', '--candles', fourHours],
    ]);
    let said = '';
    second.stderr.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
    expect((await once(second, 'close'))[0]).toBe(2);
    expect(said).toMatch(
      /^usage: Port \d+ of 127\.0\.0\.1 cannot be used \(EADDRINUSE\)\.\n {2}→ Give another/,
    );
  });

  const market = (...words: string[]) => loadMarket(parseOptions(words), undefined);
  it.each([
    ['a day without candles', ['--start', '1999-01-01'], 'Nothing can begin at 1999-01-01 00:00'],
    ['a day after their end', ['--start', '2024-06-01'], 'go from 2024-01-01 00:00 to 2024-05-30 00:00'],
  ])('refuses %s', async (_, words, message) => {
    await expect(market('--candles', fourHours, ...words)).rejects.toThrow(message);
  });
  it.each([
    ['a file that is not there', 'nope.csv', "'nope.csv' cannot be read (ENOENT)"],
    ['candles of another length', csv('BTCUSD_1h.csv', 9, HOUR_MS), 'has candles of 1h'],
    ['a pair that it does not know', csv('ABCUSD_4h.csv', 9, 4 * HOUR_MS), 'ABC/USD, whose rules'],
    ['daily candles alone', csv('ETHUSD_1d.csv', 9, DAY_MS), 'no 4h candles of ETH/USD'],
  ])('refuses %s', async (_, file, message) => {
    await expect(market('--candles', file)).rejects.toThrow(message);
  });

  it.each([
    ['--faults', 'much'],
    ['--seed', 'x'],
    ['--port', '70000'],
    ['--speed', '0'],
    ['--start', 'soon'],
    ['--balance', '-1'],
    ['--faluts', 'none'],
    ['--control', '--speed', '2'],
    ['extra'],
  ])('refuses %s %s', (...words) => {
    const muted = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(() => parseOptions(words.filter((word) => word !== undefined))).toThrow();
    muted.mockRestore();
  });

  it('understands every command of its page', () => {
    const commands = commandsOf('docs/kraken-simulator.md').filter(({ text }) =>
      text.startsWith('npm run kraken-simulator'),
    );
    expect(commands.length).toBeGreaterThan(1);
    for (const { words } of commands) parseOptions(words.slice(4));
    expect(manifest.scripts['kraken-simulator']).toBe(`node ${MAIN}`);
  });

  it('makes a market up where none is given, with 720 candles of both timeframes before its start', async () => {
    const { market: made, startMs, warnings } = await market('--seed', '127');
    expect(warnings).toEqual([]);
    for (const pair of made.pairs)
      for (const minutes of [240, 1440]) expect(made.bars(pair, minutes, startMs)).toHaveLength(721);
  });
});
