import { expect } from 'vitest';
import { parseConfig } from '../../shared/core/config.ts';
import { numberOf, textOf, type Units, unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { buyAndHold } from '../../shared/core/decision/buy-and-hold.ts';
import { cashAfter, worthOf } from '../../shared/core/execution/ledger.ts';
import {
  averagePrices,
  netProfit,
  openPosition,
  type Position,
  reducePosition,
} from '../../shared/core/execution/position.ts';
import { growth } from '../../shared/core/execution/report.ts';
import { candlesOf } from '../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { kellyOf } from '../../shared/core/risk/kelly.ts';
import { sizeEntry } from '../../shared/core/risk/size.ts';
import { netR } from '../../shared/core/risk/standing.ts';
import { type Driver, type Given, numbersIn } from './closed-forms.ts';
import { decideRules, planOf } from './decisions.ts';
import { afterRoundTrip, boughtAtLimit, boughtFor, traded } from './free-trades.ts';

const chargesIn = ({ takerFee = 0, makerFee = 0, slippage = 0 }: Given) => ({
  takerFee: Number(takerFee),
  makerFee: Number(makerFee),
  slippage: Number(slippage),
});

const holdAndSell: Driver = (given) => {
  const [cash = 0, entry = 0, exit = 0] = numbersIn(given, 'cash', 'entry', 'exit');
  const start = unitsOfNumber(cash);
  const bought = boughtFor(start, { price: entry, ...chargesIn(given) });
  const left = cashAfter(start, 'buy', bought);
  const sold = traded('sell', { quantity: bought.quantity, price: exit, ...chargesIn(given) });
  const final = cashAfter(left, 'sell', sold);
  expectBuyAndHold(given, numberOf(final));
  return {
    qty: numberOf(bought.quantity),
    equityJustAfterBuyAtMarkP0: numberOf(left + worthOf(bought.quantity, entry)),
    final: numberOf(final),
    totalReturn: growth(cash, final),
    feesPaid: numberOf(bought.fee + sold.fee),
  };
};

/** The yardstick beside every backtest says the same, to the cent. */
function expectBuyAndHold(given: Given, final: number) {
  const [cash = 0, entry = 0, exit = 0, takerFee = 0, slippage = 0] = numbersIn(
    given,
    ...['cash', 'entry', 'exit', 'takerFee', 'slippage'],
  );
  const market = { tickDecimals: 1, lotDecimals: 8, minQuantity: '0', minCost: '0', halfSpreadBps: 0 };
  const config = parseConfig(
    {
      capital: cash,
      symbols: ['BTC/USD'],
      markets: { 'BTC/USD': market },
      fees: { taker: takerFee },
      costs: { slippageBps: slippage * 10_000 },
      strategies: {},
    },
    'the case',
  );
  const [high, low] = [Math.max(entry, exit), Math.min(entry, exit)];
  const exec = candlesOf([{ openMs: 0, open: entry, high, low, close: exit, volume: 1 }]);
  const symbols = new Map([['BTC/USD', { exec, series: new Map() }]]);
  const span = { fromMs: 0, toMs: HOUR_MS };
  const held = buyAndHold(config, { execTimeframe: '1h', symbols }, span);
  expect(Math.abs(Number(held.equityFinal) - final)).toBeLessThanOrEqual(0.005 + 1e-9);
}

const churn: Driver = (given) => {
  const [cash = 0, price = 0, roundTrips = 0] = numbersIn(given, 'cash', 'price', 'roundTrips');
  const start = unitsOfNumber(cash);
  const trip = (units: Units) => afterRoundTrip(units, price, { to: price, ...chargesIn(given) });
  return {
    final: numberOf(repeated(start, roundTrips, trip)),
    costPerRoundTripFraction: -growth(cash, trip(start)),
  };
};

function repeated(start: Units, times: number, step: (units: Units) => Units): Units {
  let units = start;
  for (let i = 0; i < times; i++) units = step(units);
  return units;
}

const makerInTakerOut: Driver = (given) => {
  const [cash = 0, quantity = 0, entry = 0, exit = 0] = numbersIn(given, 'cash', 'qty', 'entry', 'exit');
  const order = { quantity: unitsOfNumber(quantity), ...chargesIn(given) };
  const bought = boughtAtLimit({ price: entry, ...order });
  const opened = openPosition(planOf(), { ...bought, atMs: 0 }, 1);
  const soldAt = (price: number) => traded('sell', { price, ...order });
  const profitAt = (price: number) =>
    numberOf(netProfit(reducePosition(opened, { ...soldAt(price), atMs: 0 })));
  const paid = cashAfter(unitsOfNumber(cash), 'buy', bought);
  // The profit is a line in the exit price: where it crosses nothing.
  const slope = (profitAt(exit) - profitAt(entry)) / (exit - entry);
  return {
    pnl: profitAt(exit),
    breakEvenExit: entry - profitAt(entry) / slope,
    equityAfter: numberOf(cashAfter(paid, 'sell', soldAt(exit))),
    entryFee: numberOf(opened.entryFee),
    exitFee: numberOf(soldAt(exit).fee),
  };
};

const alternating: Driver = (given) => {
  const [cash = 0, low = 0, high = 0, roundTrips = 0] = numbersIn(given, 'cash', 'low', 'high', 'roundTrips');
  const start = unitsOfNumber(cash);
  const played = (from: number, to: number, times: number) =>
    numberOf(repeated(start, times, (units) => afterRoundTrip(units, from, { to, ...chargesIn(given) })));
  return {
    right: played(low, high, roundTrips),
    wrong: played(high, low, roundTrips),
    bestHiOverLoThatStillLoses: cash / played(low, low, 1),
  };
};

/** No account of ours sells short, but the rules of fills and cash know both sides. */
const shortRoundTrip: Driver = (given) => {
  const [cash = 0, quantity = 0, entry = 0, exit = 0] = numbersIn(given, 'cash', 'qty', 'entry', 'exit');
  const order = { quantity: unitsOfNumber(quantity), ...chargesIn(given) };
  const start = unitsOfNumber(cash);
  const sold = cashAfter(start, 'sell', traded('sell', { price: entry, ...order }));
  const final = cashAfter(sold, 'buy', traded('buy', { price: exit, ...order }));
  return { final: numberOf(final), pnl: numberOf(final - start) };
};

const partialExits: Driver = (given) => {
  const [quantity = 0, entry = 0, r = 0] = numbersIn(given, 'qty', 'entry', 'R');
  const of = (share: number, price: number) => ({
    quantity: unitsOfNumber(quantity * share),
    price,
    ...chargesIn(given),
  });
  const plan = planOf({ stopLevel: entry - r, atr: r });
  const opened = openPosition(plan, { ...traded('buy', of(1, entry)), atMs: 0 }, 9);
  const sell = (position: Position, share: number, price: number) =>
    reducePosition(position, { ...traded('sell', of(share, price)), atMs: 0 });
  const first = sell(opened, 1 / 2, entry + r);
  const second = sell(first, 1 / 4, entry + 2 * r);
  const closed = sell(second, 1 / 4, entry);
  // Half of what the purchase cost is still in what is held.
  const stillHeld = (opened.entryCost + opened.entryFee) / 2n;
  const averageExit = numberOf(averagePrices(closed).exit ?? 0n);
  return {
    pnl: numberOf(netProfit(closed)),
    grossR: (averageExit - entry) / (entry - closed.firstStop),
    netR: netR(closed),
    realisedAfterFirst: numberOf(netProfit(first) + stillHeld),
    openQtyAfterFirst: numberOf(first.quantity),
    openQtyAfterSecond: numberOf(second.quantity),
    avgExit: averageExit,
  };
};

const compounding: Driver = (given) => {
  const [cash = 0, risk = 0, b = 0, wins = 0, losses = 0] = numbersIn(
    given,
    ...['cash', 'r', 'b', 'wins', 'losses'],
  );
  const times = (count: number, r: number) => Array.from({ length: count }, () => r);
  const results = [...times(wins, b), ...times(losses, -1)];
  const played = (order: readonly number[]) =>
    numberOf(order.reduce((units, r) => afterTrade(units, risk, r), unitsOfNumber(cash)));
  const final = played(results);
  expect(Math.abs(played([...results].reverse()) - final)).toBeLessThanOrEqual(1e-12 * final);
  const kelly = kellyOf(results);
  const edge = kelly?.edge ?? Number.NaN;
  const p = wins / (wins + losses);
  return {
    final,
    kelly: edge,
    halfKelly: edge / 2,
    capped5pct: kelly?.fraction ?? Number.NaN,
    growthAtKelly: p * Math.log(1 + b * edge) + (1 - p) * Math.log(1 - edge),
  };
};

/** One position that risks a fraction of the equity between 100 and its stop at 50, and wins or loses so many R. */
function afterTrade(equity: Units, risk: number, r: number): Units {
  const amount = numberOf(equity);
  const { instrument } = decideRules;
  const { quantity } = sizeEntry(
    {
      equity: amount,
      exposure: 0,
      free: amount,
      entry: 100,
      stop: 50,
      risk,
      regimeSize: 1,
      correlationScale: 1,
      volatility: Number.NaN,
      volatilityTarget: 1,
      maxSymbolFraction: 1,
      takeCost: 0,
    },
    { ...instrument, lotDecimals: 18, minQuantity: textOf(0n), minCost: textOf(0n) },
  );
  const of = (price: number) => ({ quantity: unitsOf(quantity), price });
  const paid = cashAfter(equity, 'buy', traded('buy', of(100)));
  return cashAfter(paid, 'sell', traded('sell', of(100 + r * 50)));
}

const equityOnOpen: Driver = (given) => {
  const [cash = 0, quantity = 0, price = 0] = numbersIn(given, 'cash', 'qty', 'price');
  const order = { quantity: unitsOfNumber(quantity), price, ...chargesIn(given) };
  const start = unitsOfNumber(cash);
  const worth = worthOf(order.quantity, price);
  return {
    equityAfterLong: numberOf(cashAfter(start, 'buy', traded('buy', order)) + worth),
    equityAfterShort: numberOf(cashAfter(start, 'sell', traded('sell', order)) - worth),
  };
};

/** What plays the cases of money, by their number. */
export const moneyDrivers: Readonly<Record<string, Driver>> = {
  A01: holdAndSell,
  A02: churn,
  A03: makerInTakerOut,
  A04: alternating,
  A05: shortRoundTrip,
  A06: partialExits,
  A07: compounding,
  A13: equityOnOpen,
};
