import type { Decision } from './decide.ts';

/** Said of an entry whose rest was not bought: its price had run away, or entries were not allowed any more. */
export const ABANDONED = 'ENTRY_ABANDONED';

/** How often decisions came out as they did, by code. */
export interface Tally {
  /** Entries refused, by the first code that forbade them. */
  readonly rejects: Record<string, number>;
  /** The same, by every code that forbade them. */
  readonly forbidden: Record<string, number>;
  /** Gates that had nothing to judge by. */
  readonly notEvaluable: Record<string, number>;
  readonly notes: Record<string, number>;
}

/** A tally of nothing. */
export function newTally(): Tally {
  return { rejects: {}, forbidden: {}, notEvaluable: {}, notes: {} };
}

/** Counts one decision, or its record. */
export function countDecision(
  tally: Tally,
  { action, code, codes, gates, notes }: Pick<Decision, 'action' | 'code' | 'codes' | 'gates' | 'notes'>,
): void {
  if (action === 'WAIT' && code !== null) {
    count(tally.rejects, code);
    for (const each of codes) count(tally.forbidden, each);
  }
  for (const gate of gates) if (gate.outcome === 'unknown') count(tally.notEvaluable, gate.code);
  for (const note of notes) count(tally.notes, note);
}

/** Counts an entry that was decided and did not come about. */
export function countAbandoned(tally: Tally): void {
  count(tally.rejects, ABANDONED);
  count(tally.forbidden, ABANDONED);
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
