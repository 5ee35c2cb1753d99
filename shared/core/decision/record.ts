import type { DecimalText } from '../decimal.ts';
import type { ExitReason, Supporter } from '../execution/position.ts';
import type { EpochMs, Timeframe } from '../market/timeframes.ts';
import type { SeenBreaker } from '../risk/breakers.ts';
import type { Size } from '../risk/size.ts';
import type { DecideRules, Decision, DecisionNote, RejectCode } from './decide.ts';
import type { EntryRule } from './ensemble.ts';
import type { Gate, Quote } from './gates.ts';
import type { Regime, RegimeReading } from './regime.ts';

/** Candles that a decision saw, by number, span and content. */
export interface CandleSpan {
  readonly rows: number;
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
  readonly hash: string;
}

/** The candles of one timeframe. */
export interface CandleWindow extends CandleSpan {
  readonly timeframe: Timeframe;
  /** Why instances of this timeframe are absent, or null. */
  readonly fault: string | null;
}

/** The 4h candles of another symbol that is held, as far as a correlation reads them. */
export interface OtherWindow extends CandleSpan {
  readonly symbol: string;
}

/** One instance that said something. Levels are rounded to the tick, as orders are. */
interface VoteRecord {
  readonly instance: string;
  readonly vote: number;
  readonly weight: number;
  readonly exit: boolean;
  readonly stop: DecimalText | null;
  readonly target: DecimalText | null;
}

/** The position as the decision found it, before its own latches. */
export interface HeldRecord {
  readonly entryMs: EpochMs;
  readonly quantity: DecimalText;
  readonly stop: DecimalText;
  readonly target: DecimalText | null;
  /** Milliseconds after the entry at which its time is up, or null. */
  readonly timeStopMs: number | null;
  /** Why it is being sold already, or null. */
  readonly exit: ExitReason | null;
  readonly supporters: readonly Supporter[];
}

/** What the account's limits were measured from, and the breakers that held this symbol up. */
export interface StandingRecord {
  readonly peak: DecimalText;
  readonly dayStart: DecimalText;
  readonly losses: number;
  readonly lastLossMs: EpochMs | null;
  /** Closed positions that Kelly looked back on. */
  readonly results: number;
  /** Their net R, oldest first; null where nothing was to be entered, for then nobody reads them. */
  readonly netRs: readonly number[] | null;
  readonly open: number;
  readonly breakers: readonly Pick<SeenBreaker, 'scope' | 'version' | 'untilMs' | 'why' | 'by'>[];
}

export interface SizeRecord {
  readonly entry: DecimalText;
  readonly stop: DecimalText;
  /** Fraction of the equity at risk, after Kelly. */
  readonly risk: number | null;
  /** Kelly's f*; null where it says nothing, or nothing finite. */
  readonly kellyEdge: number | null;
  readonly correlationScale: number | null;
  readonly n1: DecimalText;
  readonly n2: DecimalText;
  readonly n3: DecimalText;
  readonly n4: DecimalText;
  readonly n5: DecimalText;
  readonly binding: Size['binding'];
  readonly quantity: DecimalText;
  readonly tooSmall: string | null;
}

/**
 * The receipt of one decision: every input, vote, gate and term, and the sentences that follow from them.
 * Candles are told by their hash and settings by that of the config; all else that was read is here by value, so that
 * the decision can be computed again. It holds no wall time and no run id: equal inputs give equal bytes in every mode.
 * Figures that come from indicators are rounded (prices to the tick, money to the cent): the last digits of an
 * average depend on how long its history is, and no order does.
 */
export interface DecisionRecord {
  readonly atMs: EpochMs;
  readonly symbol: string;
  readonly action: Decision['action'];
  readonly code: RejectCode | null;
  readonly codes: readonly RejectCode[];
  readonly notes: readonly DecisionNote[];
  readonly exitReason: ExitReason | null;
  readonly regime: Regime;
  readonly inputs: {
    readonly candles: readonly CandleWindow[];
    /** Of the symbols that are held beside this one: what its correlation was computed with. */
    readonly others: readonly OtherWindow[];
    readonly close: DecimalText | null;
    readonly atr: DecimalText | null;
    /** Hurst exponent of the 4h returns, how many standard errors it lies from a half, ADX, and how sure that is. */
    readonly regime: { readonly [Field in Exclude<keyof RegimeReading, 'regime'>]: number | null };
    readonly volatility: number | null;
    readonly correlation: number | null;
    readonly standing: StandingRecord;
    readonly equity: DecimalText;
    readonly exposure: DecimalText;
    readonly free: DecimalText;
    readonly held: HeldRecord | null;
    /** Of a symbol that holds nothing: its entry order has not ended. */
    readonly isEntering: boolean;
    readonly isMissed: boolean;
    /** Length of the exec candles, in milliseconds. */
    readonly execMs: number;
    /** Null where nobody quotes. */
    readonly quote: Quote | null;
    readonly isBalanceShort: boolean;
    readonly takeCost: number;
    readonly instrument: DecideRules['instrument'];
  };
  readonly instances: readonly string[];
  readonly votes: readonly VoteRecord[];
  readonly score: { readonly long: number; readonly short: number; readonly threshold: number };
  readonly rule: EntryRule | null;
  readonly gates: readonly Gate[];
  readonly size: SizeRecord | null;
  readonly entry: {
    readonly clientOrderId: string;
    readonly quantity: DecimalText;
    readonly stop: DecimalText;
    readonly target: DecimalText | null;
    readonly supporters: readonly { readonly instance: string; readonly weight: number }[];
  } | null;
  readonly latched: readonly string[];
  readonly config: string;
  readonly codeVersion: string;
  readonly reasons: readonly string[];
}
