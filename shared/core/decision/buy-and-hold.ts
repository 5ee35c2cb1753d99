import type { Config } from '../config.ts';
import type { DecimalText } from '../decimal.ts';
import type { MarketData } from '../market/market-data.ts';
import type { EpochMs } from '../market/timeframes.ts';
import { marketRules } from './rules.ts';

/** What the capital would have become if it had bought each symbol in equal parts and sold at the end. */
export interface BuyAndHold {
  readonly equityFinal: DecimalText;
  /** Gain or loss of each symbol, a fraction, costs included. */
  readonly symbols: Readonly<Record<string, number>>;
}

/**
 * Buys at the open of the first exec candle of the span and sells at the close of the last, with the same fees,
 * half-spread and slippage as the account.
 * @see closed form: C · (P1 / P0) · (1 − s)(1 − f) / ((1 + s)(1 + f))
 */
export function buyAndHold(
  config: Config,
  data: MarketData,
  { fromMs, toMs }: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
): BuyAndHold {
  const symbols: Record<string, number> = {};
  let equity = 0;
  for (const symbol of config.symbols) {
    const exec = data.symbols.get(symbol)?.exec;
    if (exec === undefined) continue;
    const { instrument, decide } = marketRules(config, symbol);
    const fee = Number(instrument.takerFee);
    const slip = decide.takeCost - fee;
    const kept = ((1 - slip) * (1 - fee)) / ((1 + slip) * (1 + fee));
    const inside = exec.openMs.findLastIndex((openMs) => openMs < toMs);
    const first = exec.openMs.findIndex((openMs) => openMs >= fromMs);
    const factor = (exec.close[inside]! / exec.open[first]!) * kept;
    symbols[symbol] = Number((factor - 1).toFixed(6));
    equity += (config.capital / config.symbols.length) * factor;
  }
  return { equityFinal: equity.toFixed(2) as DecimalText, symbols };
}
