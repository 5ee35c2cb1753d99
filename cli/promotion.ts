import { KRAKEN_ACCOUNT } from '../config/service.ts';
import { PROMOTION_BPS, PROMOTION_DAYS, type Promotion, promotionOf } from '../shared/app/promotion.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { AppError } from '../shared/core/errors.ts';
import { type Finding, ok, warn } from '../shared/core/finding.ts';
import { accountsIn, openCandles, openState, type Workspace } from './context.ts';

const REMEDY =
  'Let it trade on paper first: `npx --no hot-crypto start --source kraken`, for two weeks, in the same data folder.';

/** How far the paper account of this data folder has come on its way to real money: a warning while it has not. */
export async function promotionFinding(workspace: Workspace): Promise<Finding> {
  if (!accountsIn(workspace).includes(KRAKEN_ACCOUNT))
    return warn('promotion', `none: there is no account ${KRAKEN_ACCOUNT} here`, REMEDY);
  const store = openState(workspace, KRAKEN_ACCOUNT);
  try {
    const { config, instances } = workspace;
    const candles = openCandles(workspace, 'kraken');
    const nowMs = Date.now();
    const input = { store, account: KRAKEN_ACCOUNT, candles, config, instances, nowMs };
    return findingOf(await promotionOf({ ...input, lookbackRows: LOOKBACK_ROWS }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return warn('promotion', error.message, error.hint);
  } finally {
    store.close();
  }
}

function findingOf({ days, broken, entries, medianBps, isPromoted }: Promotion): Finding {
  const decided = `${days} of ${PROMOTION_DAYS} days decided on paper as they are decided again`;
  const cost =
    medianBps === null
      ? 'no entry to compare with the model'
      : `entries ${medianBps.toFixed(1)} bps over the model (median of ${entries}; ${PROMOTION_BPS} at most)`;
  const text = [decided, cost].join('; ');
  if (isPromoted) return ok('promotion', text);
  return warn('promotion', broken === null ? text : `${text}. Before them: ${broken}`, REMEDY);
}
