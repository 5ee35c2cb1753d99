import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExistingState, openWorkspace } from '../../cli/context.ts';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { type AccountOverModel, accountOverModel } from '../../shared/app/over-model.ts';
import { type Promotion, type PromotionInput, promotionOf } from '../../shared/app/promotion.ts';
import { readResults } from '../../shared/app/results.ts';
import { numberOf } from '../../shared/core/decimal.ts';
import { LOOKBACK_ROWS } from '../../shared/core/decision/lookback.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { barsOf } from '../helpers/bars.ts';
import { jsonOf, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';
import { tamperWithDecision } from '../helpers/tamper.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');
const file = join(folder, 'busy.yaml');
const busy = 'ensemble: { threshold: 0.3, minSupporters: 1, minFamilies: 1 }\n';
const firstMs = Date.UTC(2025, 0, 1);
/** The newest complete day is the fourteenth of the account. */
const nowMs = firstMs + 14 * DAY_MS + 5 * HOUR_MS;
let account = '';
let open: StateStore[] = [];

beforeAll(async () => {
  writeFileSync(file, busy);
  await jsonOf('candles', 'import', ...writeMadeUpFiles(folder), '--data', data);
  const span = ['--from', '2025-01-01', '--to', '2025-01-18', '--exec', '4h'];
  const told = await jsonOf('replay', ...span, '--config', file, '--data', data);
  account = (told as { account: string }).account;
});
afterAll(() => {
  for (const store of open) store.close();
  open = [];
});

const candlesIn = (dataFolder: string) =>
  parquetCandleStore(fileObjectStore(join(dataFolder, 'candles')), 'kraken');

function inputOf(dataFolder = data, config = file): PromotionInput {
  const workspace = openWorkspace({ data: dataFolder, config });
  const store = openExistingState(workspace, account);
  open.push(store);
  const { instances } = workspace;
  const candles = candlesIn(dataFolder);
  return { store, account, candles, config: workspace.config, instances, lookbackRows: LOOKBACK_ROWS, nowMs };
}

/** A copy of the account and its candles, to be spoilt. */
function copy(name: string): string {
  const own = join(folder, name);
  cpSync(data, own, { recursive: true });
  return own;
}

/** Exec candles that let every entry have cost so many basis points more than the model says. */
async function storeExecCandles(dataFolder: string, bps: number): Promise<number> {
  const input = inputOf(dataFolder);
  const { fills } = await readResults(input.store, account, { fromMs: firstMs, toMs: nowMs });
  const entries = fills.filter(({ side }) => side === 'buy');
  // Half-spreads of 1 bp (BTC) and 2 bps (ETH), slippage 2 bps.
  const over = { 'BTC/USD': 1.0003, 'ETH/USD': 1.0004 } as Readonly<Record<string, number>>;
  for (const { symbol, atMs, price } of entries) {
    const open = numberOf(price) / (over[symbol] ?? 1) / (1 + bps / 10_000);
    const candles = barsOf('1m', `0:${open.toFixed(4)}`, atMs);
    await candlesIn(dataFolder).append({
      symbol,
      timeframe: '1m',
      candles,
      provenance: { source: 'csv', name: 'test' },
    });
  }
  return entries.filter(({ atMs }) => atMs <= nowMs).length;
}

describe('the promotion of a paper account', () => {
  it('counts fourteen days of decisions that are equal when decided again; without an entry to compare it is none', async () => {
    expect(await promotionOf(inputOf())).toEqual({
      days: 14,
      broken: null,
      entries: 0,
      medianBps: null,
      isPromoted: false,
    } satisfies Promotion);
  });

  it.each([
    [9, true],
    [11, false],
  ])('with entries that cost %i bps over the model is %j', async (bps, isPromoted) => {
    const own = copy(`entries-${bps}`);
    const entries = await storeExecCandles(own, bps);
    expect(entries).toBeGreaterThan(1);
    // Capital and mode are not what decides.
    const live = join(folder, 'live.yaml');
    writeFileSync(live, `mode: live\ncapital: 5\n${busy}`);
    const promotion = await promotionOf(inputOf(own, live));
    expect(promotion).toMatchObject({ days: 14, broken: null, entries, isPromoted });
    expect(promotion.medianBps).toBeCloseTo(bps, 0);
    const { entries: summary, unknown } = (await accountOverModel(inputOf(own), {
      sinceMs: firstMs,
      nowMs,
    })) satisfies AccountOverModel;
    expect([summary.fills, summary.medianBps]).toEqual([entries, promotion.medianBps]);
    expect(unknown).toBeGreaterThan(0);
  });

  it('ends at the newest day on which a decision is another now', async () => {
    const own = copy('tampered');
    tamperWithDecision(join(own, 'accounts', `${account}.sqlite`), { code: 'PLANTED' });
    expect(await promotionOf(inputOf(own))).toMatchObject({
      days: 13,
      broken: '2025-01-01 00:00 UTC BTC/USD: decided again it differs in code',
      isPromoted: false,
    });
  });

  it('ends where a tick was missed, and where nothing was decided', async () => {
    const later = { ...inputOf(), nowMs: firstMs + 19 * DAY_MS };
    // The replay went to the end of the eighteenth day: the tick of its end is the first of the nineteenth.
    expect(await promotionOf(later)).toMatchObject({
      days: 0,
      broken: '2025-01-19 04:00 UTC BTC/USD: nothing was decided',
    });
    const own = copy('missed');
    const state = join(own, 'accounts', `${account}.sqlite`);
    const input = inputOf(own);
    const [first] = (await readResults(input.store, account, { fromMs: firstMs, toMs: firstMs })).decisions;
    tamperWithDecision(state, { inputs: { ...first?.inputs, isMissed: true } });
    expect((await promotionOf(inputOf(own))).broken).toBe(
      '2025-01-01 00:00 UTC BTC/USD: the tick was missed',
    );
  });

  it('ends where other settings decided, and where the account began', async () => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'mode: live\nensemble: { threshold: 0.4 }\nrisk: { maxOpen: 1 }\n');
    expect(await promotionOf(inputOf(data, other))).toMatchObject({
      days: 0,
      broken: '2025-01-14 00:00 UTC BTC/USD: it was decided by other settings (ensemble, risk)',
    });
    const early = { ...inputOf(), nowMs: firstMs + 3 * DAY_MS };
    expect(await promotionOf(early)).toMatchObject({
      days: 3,
      broken: 'the account began at 2025-01-01 00:00 UTC',
    });
  });

  it('of an account that is not there is refused', async () => {
    await expect(promotionOf({ ...inputOf(), account: 'paper-kraken' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
