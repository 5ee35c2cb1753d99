import { readItem } from '../../shared/app/items.ts';
import { numberOf } from '../../shared/core/decimal.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { calm, costless, type Play, quiet, staged } from './stage.ts';
import type { ConfigOver, ScriptedWorld, World } from './world.ts';

/** A minute that stays above a limit of 99.99. */
export const above = '100 101 100 100';

type Minutes = Readonly<Record<string, readonly string[]>>;

/**
 * Exec candles of a minute: 4h that are calm and end with a vote at 100, and then these. Entries rest at 99.99 first, of
 * 6.2656: 0.5 % of 10,000 USD at risk down to the stop at 96, halved, are 25 USD over 3.99.
 */
export function chased(
  minutes: Minutes,
  { config = {}, ...options }: ScriptedWorld & { readonly config?: ConfigOver } = {},
): World {
  const before = [...quiet(239), `${calm} turtle:long`];
  const scripts = Object.entries(minutes).map(([name, lines]) => [name, [...before, ...lines]]);
  const whole = { entry: 'maker', ...costless(config) };
  return staged(Object.fromEntries(scripts), { exec: '1m', lookbackRows: 20, ...options, config: whole });
}

/** Fills as `1m BTC RANGE ENTRY 6.2656 at 99.99`: minutes since the tick. */
export function inMinutes({ kept }: Play, { fromMs }: World): readonly string[] {
  return kept.fills.map(({ atMs, symbol, step, reason, quantity, price }) => {
    const minutes = (atMs - fromMs - 4 * HOUR_MS) / MINUTE_MS;
    return `${minutes}m ${symbol.slice(0, -'/USD'.length)} ${step} ${reason} ${numberOf(quantity)} at ${numberOf(price)}`;
  });
}

/** Entries that have ended as `limit 0 CANCELLED`: kind, number, state, remark. */
export async function endedEntries(store: StateStore, { account }: World): Promise<readonly string[]> {
  const items = await store.query(`HISTORY#${account}#2024-01`, { prefix: 'ORDER#' });
  return items
    .map((item) => readItem('order', item))
    .filter(({ purpose }) => purpose === 'entry')
    .map(({ kind, number, state, refusal }) => `${kind} ${number} ${state} ${refusal ?? ''}`.trim());
}
