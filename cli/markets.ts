import { setTimeout as sleep } from 'node:timers/promises';
import { KRAKEN_ACCOUNT } from '../config/service.ts';
import type { DriveHooks } from '../shared/app/drive.ts';
import type { CandleDifference } from '../shared/app/fetch-candles.ts';
import { keys, readItem } from '../shared/app/items.ts';
import { type LiveFeed, liveFeed } from '../shared/app/live-feed.ts';
import { beginAccount, catchUp, type PaperLoop } from '../shared/app/paper-loop.ts';
import type { CandleReader } from '../shared/app/recompute.ts';
import { tickLengthMs } from '../shared/app/trader.ts';
import type { Config } from '../shared/core/config.ts';
import { AppError } from '../shared/core/errors.ts';
import type { Instrument } from '../shared/core/market/instruments.ts';
import {
  DEFAULT_SYNTHETIC_SEED,
  SYNTHETIC_TRADING_START_MS,
  syntheticTimeframe,
} from '../shared/core/market/synthetic.ts';
import { type EpochMs, MINUTE_MS, type Timeframe, timeframeMs } from '../shared/core/market/timeframes.ts';
import type { CandleSource } from '../shared/ports/candle-source.ts';
import type { CandleStore } from '../shared/ports/candle-store.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { Venue } from '../shared/ports/venue.ts';
import {
  accountsIn,
  krakenFrom,
  openCandles,
  paperTrader,
  syntheticFrom,
  type Workspace,
  withInstruments,
} from './context.ts';
import { instant, note, progress, yellow } from './screen.ts';

/** How an account is carried on. */
interface Steps {
  /** Creates the account at its first start. */
  readonly begin: (nowMs: EpochMs) => Promise<unknown>;
  /** Brings it up to an instant: every minute, and after any absence. */
  readonly step: (nowMs: EpochMs, hooks?: DriveHooks) => Promise<void>;
}

/** A market of the present with its clock: Kraken's by the wall, the synthetic one as fast as is wanted. */
export interface Market {
  /** For every screen. */
  readonly label: string;
  readonly account: string;
  readonly isSynthetic: boolean;
  /** Real money is at stake. */
  readonly isLive: boolean;
  /** What is said when it ends. */
  readonly carriesOn: string;
  /** What a person should know before trading begins: why it is not Kraken, where Kraken's rules differ. */
  readonly remarks: readonly string[];
  /** A feed that stores nothing. */
  readonly bareFeed: () => LiveFeed;
  readonly stepsOver: (store: StateStore) => Steps;
  /** The market's present as trading begins. */
  readonly firstMs: (store: StateStore) => Promise<EpochMs>;
  /** Waits, and gives the market's present then. */
  readonly nextMs: (store: StateStore, stop: AbortSignal) => Promise<EpochMs>;
}

interface MarketOptions {
  readonly source?: 'kraken' | 'synthetic';
  readonly speed: number;
}

const CARRIES_ON = '`npm start` carries on.';
const AFTER_CLOSE_MS = 3_000;
/** Who comes later than the next minute was not there: the stops meet what passed, before anything is decided. */
const ABSENCE_MS = MINUTE_MS;

/**
 * The market that was asked for; without a wish Kraken, or the synthetic market when Kraken cannot be reached and
 * nothing trades on it yet.
 * @throws AppError `source-unavailable` when Kraken was asked for and cannot be reached
 */
export async function openMarket(workspace: Workspace, { source, speed }: MarketOptions): Promise<Market> {
  if (source === 'synthetic') return syntheticMarketOf(workspace, { speed, remarks: [] });
  const kraken = krakenFrom(process.env);
  try {
    progress('asking Kraken …');
    const instruments = await instrumentsOf(workspace, kraken);
    return krakenMarketOf(withInstruments(workspace, instruments), {
      source: kraken,
      remarks: instruments.flatMap((instrument) => rulesThatDiffer(workspace, instrument)),
    });
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'source-unavailable';
    // Whoever trades on Kraken's candles already waits for Kraken: a made-up market is for looking around.
    if (!isAway || source === 'kraken' || accountsIn(workspace).includes(KRAKEN_ACCOUNT))
      throw isAway ? withoutNetwork(error) : error;
    const fallback =
      'Kraken cannot be reached from here: trading on the SYNTHETIC market (--source kraken says why).';
    return syntheticMarketOf(workspace, { speed, remarks: [fallback] });
  } finally {
    progress('');
  }
}

/** Paper money can be traded without Kraken: real money cannot, so that the hint is given here. */
function withoutNetwork({ code, message, hint }: AppError): AppError {
  return new AppError(code, message, `${hint} The synthetic market needs no network (--source synthetic).`);
}

async function instrumentsOf({ config }: Workspace, kraken: Venue): Promise<readonly Instrument[]> {
  const instruments: Instrument[] = [];
  for (const symbol of config.symbols) instruments.push(await kraken.instrument(symbol));
  return instruments;
}

/** Where Kraken's rules for a pair are not those of the configuration; the fees of the configuration stay. */
export function rulesThatDiffer({ config }: Workspace, instrument: Instrument): readonly string[] {
  const { symbol, makerFee, takerFee } = instrument;
  const market = config.markets[symbol];
  const rules = (['tickDecimals', 'lotDecimals', 'minQuantity', 'minCost'] as const)
    .filter((rule) => market?.[rule] !== instrument[rule])
    .map(
      (rule) =>
        `${symbol}: Kraken's ${rule} ${instrument[rule]} is used, not ${market?.[rule]} of the config.`,
    );
  const isReckoned = Number(makerFee) <= config.fees.maker && Number(takerFee) <= config.fees.taker;
  const { maker, taker } = config.fees;
  const fees = `${symbol}: Kraken's fees without volume are ${makerFee} maker and ${takerFee} taker; the config reckons with less: ${maker} and ${taker}.`;
  return isReckoned ? rules : [...rules, fees];
}

interface Parts {
  readonly source: CandleSource;
  readonly account: string;
  readonly execTimeframe: Timeframe;
  readonly candles?: CandleStore | undefined;
  readonly nowMs: () => EpochMs;
  /** The same where the market does not wait for the program. */
  readonly presentMs?: () => EpochMs;
  readonly missedTimeframes: readonly Timeframe[];
  readonly absenceMs: number;
}

function stepsOf(workspace: Workspace, parts: Parts, store: StateStore): Steps {
  const loop = loopOf(workspace, parts, store);
  return {
    begin: (nowMs) => beginAccount(loop, nowMs),
    step: (nowMs, hooks) => catchUp(loop, nowMs, hooks),
  };
}

function loopOf(workspace: Workspace, parts: Parts, store: StateStore): PaperLoop {
  const { source, account, execTimeframe, candles, nowMs, missedTimeframes, absenceMs } = parts;
  const feed = liveFeed({ source, store: candles, execTimeframe, nowMs, onDifference: noteDifference });
  const execMs = timeframeMs[execTimeframe];
  const paper = {
    ...paperTrader(workspace, { account, store, feed, execMs, presentMs: parts.presentMs }),
    execCandle: (symbol: string, openMs: EpochMs) => feed.execCandle(symbol, openMs),
  };
  return { paper, feed, source: source.name, missedTimeframes, absenceMs };
}

/** A candle that its source gives again with other prices: the stored one counts, and a person should know. */
export function noteDifference({ symbol, timeframe, openMs, stored, given }: CandleDifference): void {
  const at = `${symbol} ${timeframe} of ${instant(openMs)} UTC`;
  note(yellow(`The source now gives ${at} with ${given} where ${stored} is stored; the stored one is kept.`));
}

/** A clock that waits for nobody: some seconds after each minute, when its candle has appeared. */
export const byTheWall: Pick<Market, 'firstMs' | 'nextMs'> = {
  firstMs: async () => Date.now(),
  nextMs: async (_, stop) => {
    const nextMs = (Math.floor(Date.now() / MINUTE_MS) + 1) * MINUTE_MS + AFTER_CLOSE_MS;
    await sleepUnless(nextMs - Date.now(), stop);
    return Date.now();
  },
};

function krakenMarketOf(
  workspace: Workspace,
  { source, remarks }: { readonly source: CandleSource; readonly remarks: readonly string[] },
): Market {
  const parts: Parts = {
    source,
    account: KRAKEN_ACCOUNT,
    execTimeframe: '1m',
    candles: openCandles(workspace, 'kraken'),
    nowMs: () => Date.now(),
    presentMs: () => Date.now(),
    missedTimeframes: ['1m', '15m', '1h', '4h'],
    absenceMs: ABSENCE_MS,
  };
  return {
    label: 'Kraken',
    account: parts.account,
    isSynthetic: false,
    isLive: false,
    carriesOn: CARRIES_ON,
    remarks,
    bareFeed: () => liveFeed({ source, execTimeframe: '1m', nowMs: parts.nowMs }),
    stepsOver: (store) => stepsOf(workspace, parts, store),
    ...byTheWall,
  };
}

function syntheticMarketOf(
  workspace: Workspace,
  { speed, remarks }: { readonly speed: number; readonly remarks: readonly string[] },
): Market {
  const tickMs = tickLengthMs(workspace);
  if (tickMs < timeframeMs[syntheticTimeframe]) throw tooFine(workspace);
  let nowMs = SYNTHETIC_TRADING_START_MS;
  const parts: Parts = {
    source: syntheticFrom(workspace, DEFAULT_SYNTHETIC_SEED),
    account: 'paper-synthetic',
    execTimeframe: syntheticTimeframe,
    nowMs: () => nowMs,
    missedTimeframes: [syntheticTimeframe],
    absenceMs: Number.POSITIVE_INFINITY,
  };
  // Its clock stands at the next tick of the account, whoever made the last one: nothing is ever late.
  const presentMs = async (store: StateStore) => {
    const head = await store.get(keys.head(parts.account));
    const lastTickMs = head === undefined ? null : readItem('head', head).lastTickMs;
    nowMs = lastTickMs === null ? SYNTHETIC_TRADING_START_MS : lastTickMs + tickMs;
    return nowMs;
  };
  return {
    label: `a SYNTHETIC market (made up from seed ${DEFAULT_SYNTHETIC_SEED}; ${speed} of its 4h candles a second)`,
    account: parts.account,
    isSynthetic: true,
    isLive: false,
    carriesOn: CARRIES_ON,
    remarks,
    bareFeed: () => liveFeed(parts),
    stepsOver: (store) => stepsOf(workspace, parts, store),
    firstMs: presentMs,
    nextMs: async (store, stop) => {
      await sleepUnless((1000 * tickMs) / (speed * timeframeMs['4h']), stop);
      return presentMs(store);
    },
  };
}

/** The candles of the synthetic market as if they were stored: they are the same whenever they are asked for. */
export function madeUpCandles(config: Config): CandleReader {
  const source = syntheticFrom({ config }, DEFAULT_SYNTHETIC_SEED);
  return {
    read: (symbol, timeframe, { fromMs = 0, toMs = 0 } = {}) =>
      source.closedCandles({ symbol, timeframe, fromMs, nowMs: toMs }),
  };
}

function tooFine({ instances }: Workspace): AppError {
  const fine = instances.filter(({ timeframe }) => timeframeMs[timeframe] < timeframeMs[syntheticTimeframe]);
  return new AppError(
    'candles-missing',
    `${fine.map(({ id }) => id).join(' and ')} cannot decide: the SYNTHETIC market's finest candles are ${syntheticTimeframe}.`,
    `Set longer timeframes under strategies, or trade with --source kraken.`,
  );
}

async function sleepUnless(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
