import { accountOverModel, comparedFills } from '../shared/app/over-model.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { BookedFill } from '../shared/core/execution/books.ts';
import type { ModelSummary, OverModel } from '../shared/core/execution/model-cost.ts';
import { DAY_MS } from '../shared/core/market/timeframes.ts';
import { isOfPresent, type Opened } from './accounts.ts';
import { say, usd } from './screen.ts';

/** Fills are few: a quarter of a year of them says something. */
const SUMMED_MS = 90 * DAY_MS;

type Source = Pick<Opened, 'store' | 'account' | 'candlesOf' | 'workspace' | 'environment'>;

/** What the fills of the last 90 days cost over the model; null where orders meet candles that were made up or are past. */
export async function overModelOf(opened: Source, source: string) {
  if (!isCompared(opened, source)) return null;
  const nowMs = Date.now();
  const compared = await comparedAccount(opened, source);
  const { entries, exits, unknown } = await accountOverModel(compared, { sinceMs: nowMs - SUMMED_MS, nowMs });
  return { entries: spelled(entries), exits: spelled(exits), unknown };
}

/** What each fill cost over the model, or null. */
export async function fillsOverModel(
  opened: Source,
  source: string,
  fills: readonly BookedFill[],
): Promise<readonly (OverModel | null)[]> {
  if (!isCompared(opened, source)) return fills.map(() => null);
  return comparedFills(await comparedAccount(opened, source), fills);
}

/** In a deployed environment each candle costs a call to fetch: there it is left out. */
function isCompared({ environment }: Source, source: string): boolean {
  return environment === null && isOfPresent(source);
}

async function comparedAccount({ store, account, candlesOf, workspace: { config } }: Source, source: string) {
  return { store, account, config, candles: await candlesOf(source, config) };
}

function spelled({ fills, medianBps, cost }: ModelSummary) {
  return { fills, medianBps, cost: textOf(cost) };
}

/** Prints what the fills cost over the model. */
export function sayOverModel({
  entries,
  exits,
  unknown,
}: NonNullable<Awaited<ReturnType<typeof overModelOf>>>): void {
  const parts = [
    ['entries', entries],
    ['exits', exits],
  ] as const;
  const told = parts.map(([name, { fills, medianBps, cost }]) =>
    medianBps === null
      ? `no ${name}`
      : `${name} ${medianBps.toFixed(1)} bps (median of ${fills}, ${usd(cost)} USD with fees)`,
  );
  if (entries.fills + exits.fills + unknown === 0) return;
  const rest = unknown === 0 ? '' : `; ${unknown} fills without a candle to compare`;
  say(`model      over it: ${told.join(', ')}${rest}; 90 days`);
}
