import { AppError } from '../shared/core/errors.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { Market } from './markets.ts';
import { dim, note, say, sayJson, usd } from './screen.ts';
import { tradeTeller } from './tell-trades.ts';

/** Errors that the loop says once and outlives: most pass by themselves, and stops are watched meanwhile. */
const PASSING: readonly string[] = [
  'not-ready',
  'source-unavailable',
  'exchange-unavailable',
  'exchange-throttled',
  'account-busy',
  'state-contended',
  'candles-conflict',
  'clock-behind',
];

/** How long it goes on, and for whom it speaks. */
export interface Trading {
  readonly store: StateStore;
  readonly once?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Trades on a market until Ctrl-C, and tells what happens. */
export async function trade(market: Market, { store, once, json }: Trading): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const steps = market.stepsOver(store);
  const teller = tradeTeller({ store, market, isJson: json === true });
  const first = await market.firstMs(store);
  await steps.begin(first);
  await teller.tell(first);
  const patiently = patience(once === true);
  for (let nowMs = first; !stop.signal.aborted; nowMs = await market.nextMs(store, stop.signal)) {
    await patiently(async () => {
      await steps.step(nowMs, { ...teller.hooks, onPassing: ({ message }) => note(dim(message)) });
      await teller.tell(nowMs);
    });
    if (once) break;
  }
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  const summary = await teller.summary();
  if (json) sayJson(summary);
  else
    say(
      `\nStopped${market.isSynthetic ? ' (SYNTHETIC market)' : ''}. Equity ${usd(summary.equity)} USD, ${summary.openPositions} open. ${market.carriesOn}`,
    );
}

/** Lets a passing failure pass, and says it once: the next minute tries again. Done once, it is a failure. */
function patience(isOnce: boolean): (work: () => Promise<void>) => Promise<void> {
  let told = '';
  return async (work) => {
    try {
      await work();
      told = '';
    } catch (error) {
      if (isOnce || !(error instanceof AppError) || !PASSING.includes(error.code)) throw error;
      const line = `${error.code}: ${error.message} ${error.hint}`;
      // A clock that is behind says another time every minute; what to do stays the same.
      const what = error.code === 'clock-behind' ? error.hint : line;
      if (what !== told) note(dim(line));
      told = what;
    }
  };
}
