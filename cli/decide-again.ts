import { type Recomputed, recompute } from '../shared/app/recompute.ts';
import { configOf } from '../shared/app/stored-config.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import type { DecisionRecord } from '../shared/core/decision/record.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';
import type { ItemBody } from '../shared/ports/state-store.ts';
import type { Opened } from './accounts.ts';
import { version } from './context.ts';
import { dim, green, red, say, table } from './screen.ts';

/** A stored decision that was decided again. */
export interface Replayed extends Recomputed {
  /** Version of the program that decided, and of the one that decided again. */
  readonly recordedBy: string;
  readonly recomputedBy: string;
}

/**
 * Decides again, by the config that the account keeps and the candles that it trades on.
 * @throws AppError `state-invalid`, `not-found`, `candles-changed`: it cannot be decided again
 */
export async function decideAgain(
  { store, account, candlesOf }: Opened,
  record: DecisionRecord,
  source: string,
): Promise<Replayed> {
  const config = await configOf(store, account, record.config);
  const recomputed = await recompute({
    account,
    record: record as unknown as ItemBody,
    config,
    instances: instancesOf(config),
    candles: await candlesOf(source, config),
    lookbackRows: LOOKBACK_ROWS,
  });
  return { ...recomputed, recordedBy: record.codeVersion, recomputedBy: version() };
}

/** For programs: the fields that differ under the names that say which is which. */
export function spelledReplay({ isEqual, bytes, differences, recordedBy, recomputedBy }: Replayed) {
  const told = differences.map(({ field, one = null, other = null }) => {
    return { field, recorded: one, recomputed: other };
  });
  return { isEqual, bytes, recordedBy, recomputedBy, differences: told };
}

/** Prints what came of it. */
export function sayReplay(replayed: Replayed): void {
  const { isEqual, bytes, differences, recordedBy, recomputedBy } = replayed;
  if (recordedBy !== recomputedBy)
    say(dim(`  code ${recordedBy} decided, code ${recomputedBy} decides again`));
  if (isEqual) {
    say(green(`  recomputed: equal, byte for byte (${bytes} bytes)`));
    return;
  }
  say(
    red(
      `  recomputed: ${differences.length} ${differences.length === 1 ? 'field differs' : 'fields differ'}`,
    ),
  );
  say();
  const rows = differences.map(({ field, one, other }) => [field, shown(one), shown(other)]);
  table(['field', 'recorded', 'recomputed'], rows);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
