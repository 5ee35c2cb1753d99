import type { Random } from './random.ts';
import { DAY_MS, HOUR_MS } from './timeframes.ts';

const YEAR_MS = 365 * DAY_MS;

/** What a market does for a while. Rates are of the market as a whole; a symbol multiplies them. */
interface Regime {
  /** Share of all spells. */
  readonly share: number;
  /** Mean length of a spell; a spell lasts between half and one and a half of it. */
  readonly meanMs: number;
  /** Chance that a spell's drift goes up rather than down. */
  readonly upChance: number;
  /** Fraction of the price per day. */
  readonly drift: number;
  /** Annualised standard deviation, a fraction. */
  readonly volatility: number;
  /** Fraction of the way back to the price at the start of the spell, per day. */
  readonly pull: number;
  /** Chance that a candle jumps: its noise counts `JUMP` times and half of its move is a gap. */
  readonly jumpChance: number;
}

/** Trends make the EMA crosses and breakouts, reversion and calm the false ones, crashes the fat tails. */
const regimes = {
  trend: {
    share: 0.45,
    meanMs: 14 * DAY_MS,
    upChance: 0.56,
    drift: 0.012,
    volatility: 0.5,
    pull: 0,
    jumpChance: 0.01,
  },
  reversion: {
    share: 0.27,
    meanMs: 8 * DAY_MS,
    upChance: 0.5,
    drift: 0,
    volatility: 0.6,
    pull: 0.7,
    jumpChance: 0.01,
  },
  calm: {
    share: 0.22,
    meanMs: 6 * DAY_MS,
    upChance: 0.5,
    drift: 0,
    volatility: 0.25,
    pull: 0,
    jumpChance: 0.005,
  },
  crash: {
    share: 0.06,
    meanMs: 12 * HOUR_MS,
    upChance: 0,
    drift: 0.4,
    volatility: 1.5,
    pull: 0,
    jumpChance: 0.1,
  },
} as const satisfies Record<string, Regime>;

export type RegimeName = keyof typeof regimes;

/** Names in the order of their codes in `MarketStep`. */
export const regimeNames = Object.keys(regimes) as readonly RegimeName[];

const JUMP = 4;

/** What one candle's time does to every symbol. Rates are per candle. */
export interface MarketStep {
  /** Index in `regimeNames`. */
  readonly regime: number;
  readonly isFirstOfSpell: boolean;
  readonly drift: number;
  readonly volatility: number;
  readonly pull: number;
  readonly isJump: boolean;
  /** The part of the noise that all symbols share, of standard deviation 1. */
  readonly noise: number;
}

/** The steps of a market, one a call: spells of regimes drawn one after the other. */
export function marketSteps(random: Random, candleMs: number): () => MarketStep {
  let regime = 0;
  let left = 0;
  let direction = 1;
  return () => {
    const isFirstOfSpell = left === 0;
    if (isFirstOfSpell) {
      regime = drawRegime(random.uniform());
      const { meanMs, upChance } = regimes[regimeNames[regime]!];
      left = Math.round((meanMs * (0.5 + random.uniform())) / candleMs);
      direction = random.uniform() < upChance ? 1 : -1;
    }
    left--;
    const { drift, volatility, pull, jumpChance } = regimes[regimeNames[regime]!];
    const isJump = random.uniform() < jumpChance;
    return {
      regime,
      isFirstOfSpell,
      drift: (direction * drift * candleMs) / DAY_MS,
      volatility: volatility * Math.sqrt(candleMs / YEAR_MS) * (isJump ? JUMP : 1),
      pull: (pull * candleMs) / DAY_MS,
      isJump,
      noise: random.normal(),
    };
  };
}

/** The regime at which the running sum of shares passes `chance` (0 to 1). */
function drawRegime(chance: number): number {
  let sum = 0;
  const index = regimeNames.findIndex((name) => {
    sum += regimes[name].share;
    return chance < sum;
  });
  return index === -1 ? regimeNames.length - 1 : index;
}
