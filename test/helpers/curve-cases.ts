import { expect } from 'vitest';
import { numberOf, unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { gatesOf } from '../../shared/core/decision/gates.ts';
import type { RestingOrder } from '../../shared/core/execution/fill-orders.ts';
import { fillAtOpen, fillInRange } from '../../shared/core/execution/fills.ts';
import { realisedVolatility } from '../../shared/core/indicators/realised-volatility.ts';
import { hasFallen } from '../../shared/core/risk/limits.ts';
import { volatilityScale } from '../../shared/core/risk/size.ts';
import { newStanding, raisePeak } from '../../shared/core/risk/standing.ts';
import { type Driver, numbersIn } from './closed-forms.ts';
import { decideRules, guardOf } from './decisions.ts';
import { fineRules } from './free-trades.ts';

interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Each row as it is for a long, and its mirror image for a short. */
const bars: Driver = (given, expected) => {
  const [entry = 0, stop = 0, target = 0] = numbersIn(given, 'entry', 'stop', 'target');
  const mirrored = (price: number) => 2 * entry - price;
  const rows = (expected['rows'] as readonly Bar[]).map((bar) => {
    const long = exitOf(bar, { side: 'sell', stop, target });
    const image = { open: mirrored(bar.open), high: mirrored(bar.low), low: mirrored(bar.high), close: 0 };
    const levels = { side: 'buy', stop: mirrored(stop), target: mirrored(target) } as const;
    const short = exitOf({ ...image, close: mirrored(bar.close) }, levels);
    if (long === null || short === null) expect(short).toBe(long);
    else expect(Math.abs(mirrored(short) - long)).toBeLessThanOrEqual(1e-9);
    return long;
  });
  return { rows };
};

/**
 * Where a resting stop and target leave. The file lets a touch fill the target; ours wants the market to trade through
 * it by a tick (our policy of fill case 06), and so rests one step of a float nearer, where the touch is through.
 */
function exitOf(
  bar: Bar,
  { side, stop, target }: { readonly side: 'buy' | 'sell'; readonly stop: number; readonly target: number },
): number | null {
  const base = { side, quantity: unitsOf('1'), group: 'exit' };
  const nearer = target * (1 + (side === 'sell' ? -1 : 1) * Number.EPSILON);
  const orders: readonly RestingOrder[] = [
    { ...base, id: 'stop', kind: 'stop', price: stop },
    { ...base, id: 'target', kind: 'limit', price: nearer },
  ];
  const candle = { ...bar, volume: 1 };
  const outcomes = [
    ...fillAtOpen(orders, candle, fineRules({})),
    ...fillInRange(orders, candle, fineRules({})),
  ];
  const fill = outcomes.find((outcome) => outcome.fill !== undefined)?.fill;
  return fill === undefined ? null : numberOf(fill.price);
}

const drawdown: Driver = (given) => {
  const equities = (given['equity'] as readonly number[]).map(unitsOfNumber);
  let standing = newStanding(equities[0] ?? 0n, 0);
  const falls = equities.map((equity) => {
    standing = raisePeak(standing, equity);
    const entry = { atMs: 0, symbol: 'BTC/USD', close: 100, atr: 1, stop: 99, target: null, takeCost: 0 };
    const gates = gatesOf(entry, guardOf({ standing, equity }), decideRules.risk);
    const fall = gates.find(({ code }) => code === 'DRAWDOWN')?.value ?? Number.NaN;
    if (fall > 0) expect(hasFallen(standing.peak, equity, fall * (1 - 1e-12))).toBe(true);
    expect(hasFallen(standing.peak, equity, fall * (1 + 1e-12) + 1e-12)).toBe(false);
    return fall;
  });
  return { drawdown: falls.map((fall) => -fall), maxDrawdown: Math.max(...falls) };
};

const volatilityTarget: Driver = (given) => {
  const [deviation = 0, target = 0] = numbersIn(given, 'sdPerBar', 'target');
  // Returns alternate between +c and −c: as a sample of n they deviate by c √(n / (n − 1)).
  const returns = 180;
  const step = Math.exp(deviation * Math.sqrt((returns - 1) / returns));
  const closes = Float64Array.from({ length: returns + 1 }, (_, i) => (i % 2 === 0 ? 1 : step));
  const volatility = realisedVolatility(closes, returns, 2190)[returns] ?? Number.NaN;
  return {
    annVol: volatility,
    rawScale: target / volatility,
    scale: volatilityScale(volatility, target),
  };
};

/** What plays the cases of prices and equity, by their number. */
export const curveDrivers: Readonly<Record<string, Driver>> = {
  A08: bars,
  A09: drawdown,
  A12: volatilityTarget,
};
