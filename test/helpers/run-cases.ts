import { drawdownOf } from '../../shared/core/backtest/drawdown.ts';
import { growthOfYear, runFigures } from '../../shared/core/backtest/metrics.ts';
import { outcomesOf } from '../../shared/core/backtest/outcomes.ts';
import { overfittingProbability } from '../../shared/core/backtest/overfitting.ts';
import { type Driver, type Found, type Given, numbersIn } from './closed-forms.ts';

const barsPerYear = { '4h': 2190, '1d': 365, '1h': 8760 };

/** The columns of a case: a list of numbers by its name. */
const columnIn = (given: Given, key: string) => Float64Array.from(given[key] as readonly number[]);

const drawdown: Driver = (given) => {
  const { peakIndex, troughIndex, recoveryIndex, ulcerIndex } = drawdownOf(columnIn(given, 'equity'));
  return { peakIndex, troughIndex, recoveryIndex, ulcerIndexFraction: ulcerIndex };
};

const annualisation: Driver = (given) => {
  const [gain = 0, loss = 0, bars = 0] = numbersIn(given, 'a', 'b', 'm');
  const returns = Float64Array.from({ length: bars }, (_, i) => (i % 2 === 0 ? gain : -loss));
  const at = (perYear: number) => runFigures(returns, perYear);
  const constant = runFigures(
    returns.map(() => gain),
    barsPerYear['4h'],
  );
  const sharpe4h = at(barsPerYear['4h']).sharpe;
  const sharpe1d = at(barsPerYear['1d']).sharpe;
  return {
    sharpe4h,
    sharpe1d,
    sharpe1h: at(barsPerYear['1h']).sharpe,
    sortino4h: at(barsPerYear['4h']).sortino,
    sortino1d: at(barsPerYear['1d']).sortino,
    ratio4hTo1d: Number(sharpe4h) / Number(sharpe1d),
    zeroVarianceReturnsSharpe: constant.sharpe,
    stockConvention252_wrong: at(252).sharpe,
  };
};

const trades: Driver = (given) => {
  const profits = columnIn(given, 'pnl');
  const { profitFactor, winRate, payoff, expectancy, systemQuality } = outcomesOf(profits);
  const noLossesProfitFactor = outcomesOf(profits.filter((profit) => profit > 0)).profitFactor;
  return { profitFactor, winRate, payoff, expectancy, sqn: systemQuality, noLossesProfitFactor };
};

const yearlyGrowth: Driver = (given) => {
  const [bars = 0, growth = 0] = numbersIn(given, 'bars', 'totalGrowth');
  return { cagr: growthOfYear(growth, bars / barsPerYear['4h']) };
};

const overfitting: Driver = (given) =>
  Object.fromEntries(
    Object.entries(given).map(([name, scores]): [string, Found] => [
      name,
      overfittingProbability((scores as readonly number[][]).map((blocks) => Float64Array.from(blocks))),
    ]),
  );

/** What plays the cases of a whole run's figures, by their number. */
export const runDrivers: Readonly<Record<string, Driver>> = {
  A09: drawdown,
  A10: annualisation,
  A11: trades,
  A12: yearlyGrowth,
  A14: overfitting,
};
