import * as z from 'zod';
import { type DecimalText, textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { SimulatorReport } from '../kraken-simulator/report.ts';

/** A watch, Scheduler's precision and the run: so long what is held may lie bare while everything is answered. */
const WATCH_MS_MAX = 120_000;

const fill = z.looseObject({
  atMs: z.int(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  price: z.string(),
  quantity: z.string(),
  cost: z.string(),
  fee: z.string(),
  clientOrderId: z.string(),
});
/** What `show fills --json` says. */
export const ledgerSchema = z.looseObject({ fills: z.array(fill) });
type Ledger = z.output<typeof ledgerSchema>['fills'];

/** What a run came to. */
export interface Verdict {
  /** What must not be; empty when the run is clean. */
  readonly faults: readonly string[];
  readonly lines: readonly string[];
}

/** Compares the books of the program with those of the exchange. @param killedMs when the program was killed */
export function verdictOf(report: SimulatorReport, ledger: Ledger, killedMs: readonly number[]): Verdict {
  const ours = report.trades.filter(({ clientOrderId }) => clientOrderId !== null);
  const there = ours.map(({ clientOrderId, side, atMs, price, volume, cost, fee }) =>
    spelled({ clientOrderId: clientOrderId ?? '', side, atMs, price, quantity: volume, cost, fee }),
  );
  const here = ledger.map((one) => spelled(one));
  const lost = minus(there, here);
  const invented = minus(here, there);
  const { duplicates, byClientId } = report.orders;
  const spans = nakedSpans(report, killedMs);
  const bare = spans.filter(({ isExplained, ms }) => !isExplained && ms > WATCH_MS_MAX);
  const longest = Math.max(0, ...spans.map(({ ms }) => ms));
  const faults = Object.entries(report.faults).filter(([, count]) => count > 0);
  return {
    faults: [
      ...duplicates.map((id) => `two orders for one intent: ${id}`),
      ...lost.map((one) => `a fill that the ledger lost: ${one}`),
      ...invented.map((one) => `a fill that the exchange does not have: ${one}`),
      ...bare.map(({ pair, fromMs, ms }) => `${pair} bare for ${ms} ms from ${fromMs}`),
    ],
    lines: [
      `orders    ${Object.keys(byClientId).length} client ids, ${duplicates.length} with more than one order`,
      `fills     ${there.length} at the exchange, ${here.length} in the ledger, ${lost.length + invented.length} that differ`,
      `money     ${sumOf(ours)} USD at the exchange, ${sumOf(ledger)} in the ledger`,
      `bare      ${spans.length} spans, the longest ${(longest / 1000).toFixed(0)} s; ${spans.filter(({ ms }) => ms > WATCH_MS_MAX).length} longer than a watch, ${bare.length} of them without an unanswered call or a kill in it`,
      `faults    ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`,
    ],
  };
}

type Spelled = Pick<
  Ledger[number],
  'clientOrderId' | 'side' | 'atMs' | 'price' | 'quantity' | 'cost' | 'fee'
>;

function spelled({ clientOrderId, side, atMs, price, quantity, cost, fee }: Spelled): string {
  const amounts = [price, quantity, cost, fee].map((amount) => textOf(unitsOf(amount as DecimalText)));
  return [clientOrderId, side, atMs, ...amounts].join(' ');
}

/** What one list has and the other does not, as often as it has it more. */
function minus(one: readonly string[], other: readonly string[]): readonly string[] {
  const left = [...other];
  return one.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** What fills moved, fees included. */
function sumOf(
  fills: readonly { readonly side: string; readonly cost: string; readonly fee: string }[],
): string {
  let sum = 0n;
  for (const { side, cost, fee } of fills) {
    const [paid, charged] = [unitsOf(cost as DecimalText), unitsOf(fee as DecimalText)];
    sum += (side === 'buy' ? -paid : paid) - charged;
  }
  return textOf(sum as ReturnType<typeof unitsOf>);
}

/** Spans without an order that would sell what is held, less the time in which the exchange took none. */
function nakedSpans({ naked, nowMs }: SimulatorReport, killedMs: readonly number[]) {
  return naked.map(({ pair, fromMs, toMs, blockedMs, faults }) => {
    const endMs = toMs ?? nowMs;
    const wasKilled = killedMs.some((ms) => ms >= fromMs - 1000 && ms <= endMs);
    return { pair, fromMs, ms: endMs - fromMs - blockedMs, isExplained: faults > 0 || wasKilled };
  });
}
