import type { Config } from '../config.ts';
import type { Units } from '../decimal.ts';
import type { DecisionRecord } from '../decision/record.ts';
import type { Tally } from '../decision/tally.ts';
import type { BookedFill, Mark } from '../execution/books.ts';
import { worthOf } from '../execution/ledger.ts';
import type { Position } from '../execution/position.ts';
import type { MarketData } from '../market/market-data.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { BreakerScope, SeenBreaker } from '../risk/breakers.ts';
import type { Standing } from '../risk/standing.ts';
import type { Instance } from '../strategies/instances.ts';
import type { MarketState } from './market-state.ts';

/** A backtest of a whole account. */
export interface EngineInput {
  /** Names the account in client ids; a replay of the same name gives the same ids. */
  readonly account: string;
  readonly config: Config;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly instances: readonly Instance[];
  readonly data: MarketData;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Rows of each timeframe that a decision may see. */
  readonly lookbackRows: number;
  /** Also write decision records and client ids, as a replay does; without them it is many times faster. */
  readonly isRecording: boolean;
}

/** A backtest under way. */
export interface EngineRun {
  readonly input: EngineInput;
  readonly markets: readonly MarketState[];
  cash: Units;
  readonly closed: Position[];
  readonly fills: BookedFill[];
  readonly marks: Mark[];
  readonly decisions: DecisionRecord[];
  readonly tally: Tally;
  standing: Standing;
  readonly breakers: Map<BreakerScope, SeenBreaker>;
  readonly execMs: number;
  readonly tickMs: number;
}

/** Cash and holdings at their last closes. */
export function equityOf({ cash, markets }: EngineRun): Units {
  let equity = cash;
  for (const { position, lastClose } of markets) {
    if (position !== undefined) equity += worthOf(position.quantity, lastClose);
  }
  return equity;
}
