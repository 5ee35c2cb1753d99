import type { Command } from 'commander';
import { type Account, LIVE_ACCOUNT, loadAtRest } from '../shared/app/account.ts';
import { listBreakers } from '../shared/app/breakers.ts';
import { ticksOverdue, unprotected } from '../shared/app/health.ts';
import { closedPositions } from '../shared/app/results.ts';
import { tickLengthMs } from '../shared/app/trader.ts';
import type { Config } from '../shared/core/config.ts';
import { textOf, unitsOfNumber } from '../shared/core/decimal.ts';
import { ratio } from '../shared/core/decision/figures.ts';
import { averagePrices } from '../shared/core/execution/position.ts';
import { DAY_MS, type EpochMs } from '../shared/core/market/timeframes.ts';
import { kellyOf, riskOf } from '../shared/core/risk/kelly.ts';
import { performanceOf } from '../shared/core/risk/performances.ts';
import type { Standing } from '../shared/core/risk/standing.ts';
import {
  type AccountOptions,
  marketLabel,
  type Opened,
  placeLabel,
  withAccount,
  withAccountOptions,
} from './accounts.ts';
import { overModelOf, sayOverModel } from './over-model.ts';
import { outcomesOf, requestsOf, sayOutcomes, sayRequests } from './requests.ts';
import { bold, instant, legible, percent, red, say, sayJson, table, usd } from './screen.ts';
import { lastEquity } from './tell-trades.ts';

/** `hot-crypto status`: what an account has, and what is open. */
export function addStatus(program: Command): void {
  withAccountOptions(program.command('status'))
    .description('an account: equity, positions with their stops, open orders, last and next tick')
    .action(async (options: AccountOptions) => {
      await withAccount(options, async (opened) => {
        const status = await readStatus(opened);
        if (options.json) sayJson(status);
        else showStatus(status);
      });
    });
}

type Status = Awaited<ReturnType<typeof readStatus>>;

async function readStatus(opened: Opened) {
  const { workspace, account, store, environment } = opened;
  const loaded = await loadAtRest(store, account);
  const { head, cash, orders, positions } = loaded;
  const { source, capital, createdMs, lastTickMs, markedMs, standing } = head.value;
  const nowMs = Math.max(lastTickMs ?? createdMs, markedMs ?? 0);
  // What was asked of a flat account may be done after its newest tick.
  const span = { fromMs: createdMs, toMs: nowMs + DAY_MS };
  const closed = await closedPositions(store, account, span);
  const breakers = await listBreakers(store, account);
  const stops = [...orders.values()].map(({ value }) => value);
  return {
    account,
    mode: account === LIVE_ACCOUNT ? 'live' : source === 'stored' ? 'replay' : 'paper',
    source,
    environment: environment && {
      ...environment,
      ticksOverdue: ticksOverdue(head.value, { instances: workspace.instances, nowMs: Date.now() }),
    },
    capital: textOf(capital),
    cash: textOf(cash.value),
    equity:
      positions.size === 0
        ? textOf(cash.value)
        : await lastEquity(store, account, { lastMs: markedMs, cash: cash.value }),
    equityMs: positions.size === 0 ? lastTickMs : markedMs,
    lastTickMs,
    nextTickMs: lastTickMs === null ? null : lastTickMs + tickLengthMs(workspace),
    positions: [...positions.values()].map(({ value }) => ({
      symbol: value.plan.symbol,
      quantity: textOf(value.quantity),
      entryMs: value.entryMs,
      entryPrice: textOf(averagePrices(value).entry),
      stop: textOf(unitsOfNumber(value.stop)),
      isStopResting: stops.some(
        (order) => order.symbol === value.plan.symbol && order.purpose === 'stop' && order.state === 'OPEN',
      ),
      isLeaving: value.exit?.reason ?? null,
      supporters: value.supporters.map(({ instance }) => instance),
    })),
    orders: stops.map((order) => ({
      symbol: order.symbol,
      purpose: order.purpose,
      state: order.state,
      quantity: textOf(order.quantity),
      triggerPrice: order.triggerPrice === null ? null : textOf(order.triggerPrice),
      clientOrderId: order.clientOrderId,
    })),
    unprotected: unprotected(loaded),
    orphans: orphansOf(loaded),
    overModel: await overModelOf(opened, source),
    standing: standingOf(standing, workspace.config.risk),
    breakers: breakers.filter(({ isTripped }) => isTripped),
    requests: await requestsOf(store, account),
    outcomes: await outcomesOf(store, account, span),
    closed: closed.length,
    performance: performanceOf(closed),
  };
}

/** Orders that the exchange has under ids of ours, and that nobody has judged. */
function orphansOf({ orphans }: Account) {
  return [...orphans.values()]
    .map(({ value }) => value)
    .filter(({ state }) => state === 'suspected' || state === 'found')
    .map((orphan) => ({
      exchangeId: orphan.exchangeId,
      clientOrderId: orphan.clientOrderId,
      symbol: orphan.symbol,
      side: orphan.side,
      quantity: textOf(orphan.quantity),
      filled: textOf(orphan.filled),
      openedMs: orphan.openedMs,
      isCertain: orphan.state === 'found',
    }));
}

/** What the limits of the account are measured from. */
function standingOf(standing: Standing, risk: Config['risk']) {
  const { peak, dayMs, dayStart, losses, lastLossMs, netRs } = standing;
  const kelly = kellyOf(netRs.slice(-risk.kellyPositions));
  const { riskPerTrade, kellyProbe: probe } = risk;
  return {
    peak: textOf(peak),
    dayMs,
    dayStart: textOf(dayStart),
    losses,
    lastLossMs,
    kellyEdge: ratio(kelly?.edge ?? null),
    isKellyNegative: kelly !== null && !(kelly.edge > 0),
    risk: riskOf(kelly, { riskPerTrade, probe }),
  };
}

function showStatus(status: Status): void {
  const { environment } = status;
  const place = environment === null ? '' : `   ${placeLabel(environment)}`;
  const mode = status.mode === 'live' ? red('LIVE') : status.mode.toUpperCase();
  say(bold(`${status.account}   ${mode} on ${marketLabel(status.source)}${place}`));
  const when = status.equityMs === null ? '' : ` at ${inUtc(status.equityMs)}`;
  say(`equity     ${usd(status.equity)} USD${when}, from ${usd(status.capital)}`);
  say(`cash       ${usd(status.cash)} USD`);
  say(`last tick  ${inUtc(status.lastTickMs)}; next ${inUtc(status.nextTickMs)}`);
  if (environment !== null && environment.ticksOverdue > 0)
    say(red('OVERDUE    a tick that should be done is not; docs/operations.md, engine-late'));
  sayStanding(status);
  sayAlarms(status);
  if (status.overModel !== null) sayOverModel(status.overModel);
  say();
  if (status.positions.length === 0) say('No position is open.');
  else {
    table(
      ['symbol', 'quantity', 'since UTC', 'entry USD', 'stop USD', 'at the exchange', 'supporters'],
      status.positions.map((one) => [
        one.symbol,
        one.quantity,
        instant(one.entryMs),
        legible(one.entryPrice),
        one.stop,
        one.isLeaving === null ? (one.isStopResting ? 'rests' : 'MISSING') : `selling (${one.isLeaving})`,
        one.supporters.join(' '),
      ]),
    );
  }
  if (status.orders.length > 0) sayOrders(status);
  sayPerformance(status);
  sayOutcomes(status.outcomes);
  sayRequests(status.requests);
}

function inUtc(ms: EpochMs | null): string {
  return ms === null ? instant(ms) : `${instant(ms)} UTC`;
}

/** Where the account stands against its limits, and what forbids entries now. */
function sayStanding({ equity, standing, breakers }: Status): void {
  // Nothing can have grown from nothing: all of it may have been taken out.
  const since = (from: string) => (Number(from) > 0 ? percent(Number(equity) / Number(from) - 1) : '–');
  const { dayMs, dayStart, peak, losses, risk, isKellyNegative } = standing;
  const day = `${since(dayStart)} since ${usd(dayStart)} USD at ${instant(dayMs)} UTC`;
  say(`day        ${day}; ${since(peak)} from the peak of ${usd(peak)}`);
  const probe = isKellyNegative ? ' (KELLY_NEGATIVE: its positions show no edge)' : '';
  say(
    `risk       ${Number((100 * risk).toFixed(3))} % of the equity a trade${probe}; ${losses} losses in a row`,
  );
  for (const { scope, why, untilMs } of breakers) {
    const until = untilMs === null ? 'until somebody resets it' : `until ${instant(untilMs)} UTC`;
    say(red(`TRIPPED    ${scope} ${until}: ${why}`));
  }
}

/** What nobody else mends: a position without its stop, an order that nobody understands. */
function sayAlarms({ unprotected: naked, orphans }: Status): void {
  if (naked.length > 0)
    say(red(`UNPROTECTED ${naked.join(', ')}: more is held than stops and sales at the exchange cover`));
  for (const { exchangeId, symbol, side, quantity, isCertain } of orphans) {
    const what = `${side} ${quantity} of ${symbol ?? 'an unknown pair'}`;
    const sure = isCertain ? '`breaker adopt` or `breaker ignore` it' : 'seen once, looked for again';
    say(red(`ORPHAN     ${exchangeId} (${what}) is not in the books: ${sure}`));
  }
}

function sayPerformance({ closed, performance }: Status): void {
  if (performance.length === 0) return;
  say();
  table(
    [`instance (${closed} closed positions)`, 'voted for', 'net R'],
    performance.map(({ instance, positions, netR }) => [instance, `${positions}`, netR.toFixed(2)]),
  );
}

function sayOrders(status: Status): void {
  say();
  table(
    ['order', 'symbol', 'for', 'state', 'quantity', 'trigger USD'],
    status.orders.map((one) => [
      one.clientOrderId,
      one.symbol,
      one.purpose,
      one.state,
      one.quantity,
      one.triggerPrice ?? '–',
    ]),
  );
}
