import type { EpochMs } from '../core/market/timeframes.ts';
import { type BreakerScope, ENGINE, trip } from '../core/risk/breakers.ts';
import type { Session } from './account.ts';
import { tryCommit } from './commit.ts';

/** Trips a breaker until a person resets it, whoever writes to it meanwhile. */
export async function haltFor(
  session: Session,
  {
    why,
    atMs,
    scope = 'manual',
  }: { readonly why: string; readonly atMs: EpochMs; readonly scope?: BreakerScope },
): Promise<void> {
  const { account } = session;
  for (;;) {
    const known = account.breakers.get(scope)?.value;
    const after = trip(known, { scope, untilMs: null, atMs, why, by: ENGINE });
    if (after === known || (await tryCommit(session, { breakers: [after] }))) return;
  }
}
