import { assert } from '../assert.ts';
import type { Config } from '../config.ts';
import { type DecimalText, textOf, unitsOf, unitsOfNumber } from '../decimal.ts';
import type { FillRules } from '../execution/costs.ts';
import type { Instrument } from '../market/instruments.ts';
import type { DecideRules } from './decide.ts';

/** What trading one symbol needs to know of the configuration. */
export interface MarketRules {
  readonly instrument: Instrument;
  readonly fill: FillRules;
  readonly decide: DecideRules;
}

const BASIS_POINT = 1e-4;

/** The rules of a configured symbol. @throws Error `Bug: …` when it is not configured: `parseConfig` saw to that */
export function marketRules(config: Config, symbol: string): MarketRules {
  const market = config.markets[symbol];
  assert(market !== undefined, `symbol ${symbol} without a market`);
  const { tickDecimals, lotDecimals, minQuantity, minCost } = market;
  const { costs, fees } = config;
  const instrument: Instrument = {
    symbol,
    tickDecimals,
    lotDecimals,
    minQuantity: minQuantity as DecimalText,
    minCost: minCost as DecimalText,
    makerFee: textOf(unitsOfNumber(fees.maker)),
    takerFee: textOf(unitsOfNumber(fees.taker)),
  };
  const fill: FillRules = {
    tickDecimals,
    lotDecimals,
    makerFee: unitsOf(instrument.makerFee),
    takerFee: unitsOf(instrument.takerFee),
    halfSpread: basisPoints(market.halfSpreadBps),
    slippage: basisPoints(costs.slippageBps),
    stopSlip: basisPoints(costs.stopSlipBps),
    stopSlipFall: unitsOfNumber(costs.stopSlipFall),
    volumeShare: unitsOfNumber(costs.volumeShare),
  };
  const takeCost = fees.taker + (market.halfSpreadBps + costs.slippageBps) * BASIS_POINT;
  return {
    instrument,
    fill,
    decide: { ensemble: config.ensemble, risk: config.risk, entry: config.entry, takeCost, instrument },
  };
}

/** Basis points as an exact fraction. */
function basisPoints(bps: number) {
  return unitsOfNumber(bps) / 10_000n;
}
