import type { Command } from 'commander';
import { loadHead } from '../shared/app/account.ts';
import { sortableMs } from '../shared/app/items.ts';
import { decisionOf, monthsOf } from '../shared/app/results.ts';
import type { DecisionRecord } from '../shared/core/decision/record.ts';
import { AppError } from '../shared/core/errors.ts';
import { parseInstant } from '../shared/core/market/calendar.ts';
import { symbolKey } from '../shared/core/market/instruments.ts';
import { DAY_MS, type EpochMs } from '../shared/core/market/timeframes.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import {
  type AccountOptions,
  marketLabel,
  type Opened,
  placeLabel,
  withAccount,
  withAccountOptions,
} from './accounts.ts';
import { decideAgain, sayReplay, spelledReplay } from './decide-again.ts';
import { parseSymbol } from './options.ts';
import { bold, dim, instant, say, sayJson, usd } from './screen.ts';
import { sayDecision } from './tell-trades.ts';

/** `hot-crypto why`: the receipt of a decision, in sentences. */
export function addWhy(program: Command): void {
  withAccountOptions(program.command('why'))
    .argument('<symbol>', 'such as BTC/USD')
    .argument('[time]', 'UTC: 2024-07-01, "2024-07-01 04:00"; the newest decision at or before it')
    .description('why a symbol was bought, sold, held or left alone')
    .option('--replay', 'decide it again from its record and compare; exit 1 on a difference')
    .action(async (symbol: string, time: string | undefined, options: WhyOptions) => {
      await why(parseSymbol(symbol), time, options);
    });
}

interface WhyOptions extends AccountOptions {
  readonly replay?: boolean;
}

async function why(symbol: string, time: string | undefined, options: WhyOptions): Promise<void> {
  await withAccount(options, async (opened) => {
    const { store, account } = opened;
    const { lastTickMs, createdMs, source } = await loadHead(store, account);
    const atMs = time === undefined ? (lastTickMs ?? createdMs) : parseTime(time);
    const record = await newestDecision(store, account, { symbol, atMs, firstMs: createdMs });
    if (record === undefined) throw nothingDecided(symbol, atMs, account);
    if (options.replay) await whyAgain(opened, { record, source }, options);
    else if (options.json) sayJson(record);
    else showDecision(record, titleOf(opened, source));
  });
}

async function whyAgain(
  opened: Opened,
  { record, source }: { readonly record: DecisionRecord; readonly source: string },
  { json }: WhyOptions,
): Promise<void> {
  const replayed = await decideAgain(opened, record, source);
  if (json) sayJson({ record, replay: spelledReplay(replayed) });
  else {
    showDecision(record, titleOf(opened, source));
    sayReplay(replayed);
  }
  if (!replayed.isEqual) process.exitCode = 1;
}

function titleOf({ account, environment }: Opened, source: string): string {
  const place = environment === null ? [] : [placeLabel(environment)];
  return [account, marketLabel(source), ...place].join(', ');
}

function parseTime(text: string): EpochMs {
  const ms = parseInstant(text);
  if (ms !== undefined) return ms;
  throw new AppError(
    'usage',
    `'${text}' is not an instant.`,
    'Write it as 2024-07-01 or "2024-07-01 04:00" (UTC).',
  );
}

function nothingDecided(symbol: string, atMs: EpochMs, account: string): AppError {
  return new AppError(
    'not-found',
    `The account '${account}' decided nothing about ${symbol} at or before ${instant(atMs)} UTC.`,
    'Name a later time, another symbol, or another --account.',
  );
}

async function newestDecision(
  store: StateStore,
  account: string,
  { symbol, atMs, firstMs }: { symbol: string; atMs: EpochMs; firstMs: EpochMs },
): Promise<DecisionRecord | undefined> {
  if (atMs < firstMs) return undefined;
  const end = `#${symbolKey(symbol)}`;
  const months = [...monthsOf(account, { fromMs: firstMs - DAY_MS, toMs: atMs })].reverse();
  for (const pk of months) {
    const before = `DECISION#${sortableMs(atMs + 1)}`;
    const items = await store.query(pk, { prefix: 'DECISION#', before, descending: true });
    const found = items.find(({ sk }) => sk.endsWith(end));
    if (found !== undefined) return decisionOf(found);
  }
  return undefined;
}

function showDecision(record: DecisionRecord, title: string): void {
  say(bold(title));
  sayDecision(record, { isLong: true });
  const { equity, free, takeCost, atr } = record.inputs;
  say(
    dim(
      `  equity ${usd(equity)} USD, free ${usd(free)}; ATR(14, 4h) ${atr ?? '–'}; a taker order costs ${(100 * takeCost).toFixed(2)} %`,
    ),
  );
  for (const { timeframe, rows, firstMs, lastMs, hash } of record.inputs.candles) {
    say(
      dim(
        `  ${rows} ${timeframe} candles from ${instant(firstMs)} to ${instant(lastMs)} UTC, content ${hash.slice(0, 12)}`,
      ),
    );
  }
  if (record.entry !== null) say(dim(`  order ${record.entry.clientOrderId}`));
  say(dim(`  config ${record.config.slice(0, 12)}, code ${record.codeVersion}`));
}
