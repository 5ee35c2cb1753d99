import type { Config } from '../core/config.ts';
import { numberOf, textOf } from '../core/decimal.ts';
import { RISK_ATR_PERIOD, RISK_TIMEFRAME } from '../core/decision/lookback.ts';
import { marketRules } from '../core/decision/rules.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import type { Order } from '../core/execution/order.ts';
import { type Finding, fail, ok, warn } from '../core/finding.ts';
import { atr } from '../core/indicators/atr.ts';
import type { Instrument } from '../core/market/instruments.ts';
import { type EpochMs, lastCloseMs } from '../core/market/timeframes.ts';
import { leastAccount } from '../core/risk/least-account.ts';
import type { AccountExchange } from '../ports/exchange.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { AccountVenue } from '../ports/venue.ts';
import { ABSENT, type Account, LIVE_ACCOUNT, type Stored } from './account.ts';
import { waitingRequests } from './ask.ts';
import { askAgain, hadNoAnswer } from './ask-again.ts';
import { shortfalls } from './balance.ts';
import { clockOffset } from './clock-offset.ts';
import {
  balanceFindings,
  clockFinding,
  feeFindings,
  keyFindings,
  orphanFindings,
  sizeFindings,
} from './live-findings.ts';
import { unknownOrders } from './orphans.ts';
import type { Feed } from './trader.ts';
import { refuseUnlisted } from './unlisted.ts';

/** What is looked at before real money is traded. */
export interface LiveChecked {
  readonly store: StateStore;
  readonly exchange: Pick<AccountExchange, 'openOrders' | 'filledSince'>;
  readonly venue: AccountVenue;
  readonly config: Config;
  /** As it is stored; undefined before its first start. */
  readonly account: Account | undefined;
  readonly feed: Pick<Feed, 'window'>;
  readonly nowMs: () => EpochMs;
  readonly waitMs: (ms: number) => Promise<void>;
}

/** The same venue, asked once for the rules and fees of a pair: each answer costs a call of the few that Kraken allows. */
export function rememberInstruments(venue: AccountVenue): AccountVenue {
  const known = new Map<string, Instrument>();
  return {
    ...venue,
    async instrument(symbol) {
      const instrument = known.get(symbol) ?? (await venue.instrument(symbol));
      known.set(symbol, instrument);
      return instrument;
    },
  };
}

interface Check {
  readonly subject: string;
  /** The engine itself forbids entries by it: with something open, watching goes on. */
  readonly isGuarded: boolean;
  readonly look: (checked: LiveChecked) => Promise<readonly Finding[]>;
}

const checks: readonly Check[] = [
  { subject: 'symbols', isGuarded: false, look: lookAtSymbols },
  { subject: 'key', isGuarded: false, look: async ({ venue }) => keyFindings(await venue.keyRights()) },
  { subject: 'clock', isGuarded: false, look: lookAtClock },
  { subject: 'status', isGuarded: true, look: lookAtStatus },
  { subject: 'fees', isGuarded: true, look: lookAtFees },
  { subject: 'balance', isGuarded: true, look: lookAtBalances },
  { subject: 'orphans', isGuarded: true, look: lookForOrphans },
  { subject: 'size', isGuarded: true, look: lookAtSizes },
  { subject: 'armed', isGuarded: true, look: lookAtArming },
];

/**
 * Looks at everything that must be as it should before real money is traded. Nothing that is found ends the looking
 * but a key that Kraken does not take. Where something is open already, what the engine guards against by itself is a
 * warning: watching what is open matters more.
 */
export async function examineLive(checked: LiveChecked): Promise<readonly Finding[]> {
  const { account } = checked;
  const isBusy = account !== undefined && account.orders.size + account.positions.size > 0;
  const findings: Finding[] = [];
  for (const { subject, isGuarded, look } of checks) {
    const { found, code } = await looked(subject, checked, look);
    findings.push(...(isBusy && (isGuarded || hadNoAnswer(code)) ? found.map(softened) : found));
    if (code === 'exchange-misconfigured') return [...findings, warn('others', 'not looked at')];
  }
  return findings;
}

/** Nothing here changes anything, so what had no answer is asked again. */
async function looked(
  subject: string,
  checked: LiveChecked,
  look: Check['look'],
): Promise<{ readonly found: readonly Finding[]; readonly code?: ErrorCode }> {
  try {
    return { found: await askAgain(() => look(checked), checked.waitMs) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { found: [fail(subject, error)], code: error.code };
  }
}

function softened(finding: Finding): Finding {
  return finding.level === 'fail' ? { ...finding, level: 'warn' } : finding;
}

async function lookAtClock({ venue, nowMs }: LiveChecked): Promise<readonly Finding[]> {
  return [clockFinding(await clockOffset(venue, nowMs))];
}

/** An exchange that is not open, and pairs that are not. */
async function lookAtStatus({ venue, config }: LiveChecked): Promise<readonly Finding[]> {
  const statuses: [string, string][] = [['Kraken', await venue.status()]];
  for (const symbol of config.symbols) statuses.push([symbol, await venue.pairStatus(symbol)]);
  const hint = 'Wait until it is online: status.kraken.com says what goes on.';
  return statuses.map(([subject, status]) =>
    status === 'online' ? ok(subject, status) : fail(subject, { message: status, hint }),
  );
}

async function lookAtFees({ venue, config }: LiveChecked): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const symbol of config.symbols)
    findings.push(...feeFindings(await venue.instrument(symbol), config.fees));
  return findings;
}

async function lookAtSymbols({ account, config }: LiveChecked): Promise<readonly Finding[]> {
  if (account !== undefined) refuseUnlisted(account, config);
  return [];
}

async function lookAtBalances({ venue, account, config }: LiveChecked): Promise<readonly Finding[]> {
  const balances = await venue.balances();
  if (account === undefined) return [ok('USD', `${balances.get('USD') ?? '0'} at Kraken`)];
  const rules = new Map(config.symbols.map((symbol) => [symbol, marketRules(config, symbol)]));
  const short = shortfalls(account, { trader: { rules }, balances });
  const held = [...account.positions].map(
    ([symbol, { value }]) => [symbol.split('/')[0] ?? symbol, textOf(value.quantity)] as const,
  );
  return balanceFindings([['USD', textOf(account.cash.value)], ...held], { balances, short });
}

/** Orders under ids of our making that the books do not know. What a person has judged is none of them. */
async function lookForOrphans({ exchange, store, account }: LiveChecked): Promise<readonly Finding[]> {
  const sinceMs = account?.head.value.armedMs ?? null;
  const open = await exchange.openOrders();
  // Before a person first allowed entries nothing of ours can have been filled.
  const filled = sinceMs === null ? [] : await exchange.filledSince(sinceMs);
  const books = account ?? { id: LIVE_ACCOUNT, orders: new Map<string, Stored<Order>>() };
  const unknown = await unknownOrders(store, books, [...open, ...filled]);
  const waiting = await waitingRequests(store, LIVE_ACCOUNT);
  const judged = waiting.flatMap(({ request }) =>
    request?.kind === 'adopt' || request?.kind === 'ignore' ? [request.order] : [],
  );
  const isJudged = ({ exchangeId, clientOrderId }: (typeof unknown)[number]) =>
    account?.orphans.get(exchangeId)?.value.state === 'ignored' ||
    judged.includes(exchangeId) ||
    judged.includes(clientOrderId);
  return orphanFindings(unknown.filter((order) => !isJudged(order)));
}

async function lookAtSizes(checked: LiveChecked): Promise<readonly Finding[]> {
  const { venue, config, account } = checked;
  const equity = account === undefined ? 0 : numberOf(account.head.value.capital);
  const least = [];
  for (const symbol of config.symbols) {
    const instrument = await venue.instrument(symbol);
    const { bid, ask } = await venue.quote(symbol);
    const range = await atrOf(checked, symbol);
    const { takeCost } = marketRules(config, symbol).decide;
    const price = (bid + ask) / 2;
    least.push({
      symbol,
      ...leastAccount({ instrument, price, atr: range, risk: config.risk, takeCost }),
    });
  }
  return sizeFindings(least, equity);
}

/** Whether a person has allowed entries: a new account of real money begins halted. */
async function lookAtArming({ account }: LiveChecked): Promise<readonly Finding[]> {
  const manual = account?.breakers.get('manual');
  if (account !== undefined && manual?.value.state !== 'tripped') return [ok('armed', 'entries are allowed')];
  const why = manual === undefined ? 'nobody has allowed entries yet' : manual.value.why;
  const version = manual?.version ?? ABSENT;
  return [
    warn(
      'armed',
      `halted: it decides, and buys nothing (${why})`,
      `\`npx --no hot-crypto breaker reset manual --version ${version} --why "…" --account live\` once it has started.`,
    ),
  ];
}

/** ATR(14, 4h) as the next decision will see it; NaN with too few candles. */
async function atrOf({ feed, nowMs }: LiveChecked, symbol: string): Promise<number> {
  const atMs = lastCloseMs(RISK_TIMEFRAME, nowMs());
  // Of Wilder's average the first candles weigh less than a hundredth after six periods.
  const rows = 6 * RISK_ATR_PERIOD;
  const { high, low, close } = await feed.window({ symbol, timeframe: RISK_TIMEFRAME, atMs, rows });
  return atr(high, low, close, RISK_ATR_PERIOD).at(-1) ?? Number.NaN;
}
