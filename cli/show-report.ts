import type { SilentSeries } from '../shared/app/silent-series.ts';
import { type DecimalText, unitsOf } from '../shared/core/decimal.ts';
import type { BuyAndHold } from '../shared/core/decision/buy-and-hold.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { type AccountReport, growth } from '../shared/core/execution/report.ts';
import { dim, green, instant, percent, red, say, table, usd, yellow } from './screen.ts';

/** The result of a replay or a backtest as programs read it: docs/json.md. */
export interface RunReport extends AccountReport {
  readonly account: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly exec: string;
  readonly capital: DecimalText;
  readonly buyAndHold: BuyAndHold;
  readonly silent: readonly SilentSeries[];
}

const POSITIONS_SHOWN = 10;

/** Prints a result: positions, what they cost, and what holding would have given. */
export function showReport(report: RunReport, title: string): void {
  const { positions, open, capital, equityFinal, buyAndHold } = report;
  say(`${title}  ${instant(report.fromMs)} to ${instant(report.toMs)} UTC, fills on ${report.exec} candles`);
  showSilent(report.silent);
  say();
  const shown = positions.slice(-POSITIONS_SHOWN);
  if (shown.length > 0) {
    if (shown.length < positions.length)
      say(dim(`the last ${shown.length} of ${positions.length} closed positions`));
    table(
      ['symbol', 'entry UTC', 'price USD', 'quantity', 'exit UTC', 'price USD', 'reason', 'net USD'],
      shown.map((one) => [
        one.symbol,
        instant(one.entryMs),
        one.entryPrice,
        one.quantity,
        instant(one.exitMs),
        shortPrice(one.exitPrice),
        one.reason,
        usd(one.netProfit),
      ]),
    );
    say();
  }
  for (const { symbol, entryMs, entryPrice, quantity, stop } of open) {
    say(
      `open     ${symbol} ${quantity} since ${instant(entryMs)} UTC at ${entryPrice} USD, stop ${stop} USD`,
    );
  }
  const result = growth(Number(capital), unitsOf(equityFinal));
  const paint = result >= 0 ? green : red;
  const reasons = counted(report.reasons);
  say(`closed   ${positions.length} positions${reasons === '' ? '' : ` (${reasons})`}`);
  say(`refused  ${counted(report.rejects) || 'nothing'}`);
  for (const line of remarksOf(report)) say(line);
  say(`fees     ${usd(report.feesPaid)} USD`);
  say(`equity   ${usd(equityFinal)} USD from ${usd(capital)}: ${paint(percent(result))}`);
  say(`holding  ${usd(buyAndHold.equityFinal)} USD: ${heldBy(buyAndHold, capital)}`);
}

/** What else there is to know: notes, what nobody could judge, and since when nothing was entered any more. */
function remarksOf({ notes, notEvaluable, halted }: RunReport): readonly string[] {
  return [
    ...(counted(notes) === '' ? [] : [`noted    ${counted(notes)}`]),
    ...(counted(notEvaluable) === '' ? [] : [`unknown  ${counted(notEvaluable)} (NOT_EVALUABLE)`]),
    ...haltsOf('', { halted }),
  ];
}

/** Since when nothing was entered any more. @param who a strategy, or nothing for the account */
export function haltsOf(who: string, { halted }: Pick<RunReport, 'halted'>): readonly string[] {
  const name = who === '' ? '' : `${who} `;
  return halted.map(({ scope, atMs }) =>
    yellow(
      `HALTED   ${name}by the ${scope} breaker since ${instant(atMs)} UTC: nothing was entered after that`,
    ),
  );
}

/** Says which candles begin too late: what decides on them is silent, and the result is not a whole one. */
export function showSilent(silent: readonly SilentSeries[]): void {
  for (const { symbol, timeframe, candles, untilMs } of silent) {
    const end = untilMs === null ? 'the whole run' : `until ${instant(untilMs)} UTC`;
    const why = `${candles} of the ${LOOKBACK_ROWS} candles that a decision needs lie before it`;
    const who = timeframe === '4h' ? 'everything' : 'what decides on them';
    say(yellow(`NOTE     ${symbol} ${timeframe}: ${why}; ${who} is silent ${end}.`));
  }
}

function heldBy({ equityFinal, symbols }: BuyAndHold, capital: DecimalText): string {
  const each = Object.entries(symbols).map(([symbol, gain]) => `${symbol} ${percent(gain)}`);
  return `${percent(growth(Number(capital), unitsOf(equityFinal)))} (${each.join(', ')}), same costs`;
}

/** `STOP 3, TRAIL 1`; empty when there is nothing. */
export function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** An average may have eighteen places; a screen needs six. */
function shortPrice(text: string): string {
  return text.replace(/(\.\d{6})\d+$/, '$1');
}
