import type { Command } from 'commander';
import { loadAccount } from '../shared/app/account.ts';
import { tickLengthMs } from '../shared/app/trader.ts';
import { textOf, unitsOfNumber } from '../shared/core/decimal.ts';
import { averagePrices } from '../shared/core/execution/position.ts';
import { accountOption, chooseAccount, marketLabel } from './accounts.ts';
import { openExistingState, openWorkspace } from './context.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';
import { bold, instant, say, sayJson, table, usd } from './screen.ts';
import { lastEquity } from './tell-trades.ts';

interface StatusOptions extends CommonOptions {
  readonly account?: string;
}

/** `hot-crypto status`: what an account has, and what is open. */
export function addStatus(program: Command): void {
  withCommonOptions(program.command('status'))
    .description('an account: equity, positions with their stops, open orders, last and next tick')
    .addOption(accountOption())
    .action(async (options: StatusOptions) => {
      const status = await readStatus(options);
      if (options.json) sayJson(status);
      else showStatus(status);
    });
}

type Status = Awaited<ReturnType<typeof readStatus>>;

async function readStatus(options: StatusOptions) {
  const workspace = openWorkspace(options);
  const account = chooseAccount(workspace, options.account);
  const store = openExistingState(workspace, account);
  try {
    const { head, cash, orders, positions } = await loadAccount(store, account);
    const { source, capital, lastTickMs, markedMs } = head.value;
    const stops = [...orders.values()].map(({ value }) => value);
    return {
      account,
      mode: source === 'stored' ? 'replay' : 'paper',
      source,
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
    };
  } finally {
    store.close();
  }
}

function showStatus(status: Status): void {
  say(bold(`${status.account}   ${status.mode.toUpperCase()} on ${marketLabel(status.source)}`));
  say(`equity     ${usd(status.equity)} USD at ${instant(status.equityMs)} UTC, from ${usd(status.capital)}`);
  say(`cash       ${usd(status.cash)} USD`);
  say(`last tick  ${instant(status.lastTickMs)} UTC; next ${instant(status.nextTickMs)} UTC`);
  say();
  if (status.positions.length === 0) say('No position is open.');
  else {
    table(
      ['symbol', 'quantity', 'since UTC', 'entry USD', 'stop USD', 'at the exchange', 'supporters'],
      status.positions.map((one) => [
        one.symbol,
        one.quantity,
        instant(one.entryMs),
        one.entryPrice,
        one.stop,
        one.isLeaving === null ? (one.isStopResting ? 'rests' : 'MISSING') : `selling (${one.isLeaving})`,
        one.supporters.join(' '),
      ]),
    );
  }
  if (status.orders.length === 0) return;
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
