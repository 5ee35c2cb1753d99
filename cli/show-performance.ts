import { type Account, loadAtRest } from '../shared/app/account.ts';
import { fillPages } from '../shared/app/history.ts';
import type { Span } from '../shared/app/results.ts';
import { curveSampler } from '../shared/app/sample-curve.ts';
import {
  curveFigures,
  feesOf,
  positionFigures,
  STEP_MS,
  YEARLY_DAYS_MIN,
} from '../shared/core/backtest/performance.ts';
import { isDecimalText, textOf } from '../shared/core/decimal.ts';
import { ratio } from '../shared/core/decision/figures.ts';
import type { Position } from '../shared/core/execution/position.ts';
import { isoInstant } from '../shared/core/market/calendar.ts';
import { DAY_MS, type EpochMs } from '../shared/core/market/timeframes.ts';
import { performanceOf } from '../shared/core/risk/performances.ts';
import type { Opened } from './accounts.ts';
import { csvLine, harmless } from './csv.ts';
import { type Holding, holdingReader } from './holding.ts';
import type { Format } from './print-rows.ts';
import { green, instant, percent, red, say, sayJson, table, usd } from './screen.ts';
import { closedReader } from './show-closed.ts';
import type { Show, Shown } from './show-rows.ts';

/** `show performance`: the figures of an account. */
export const performance = {
  about: 'growth, drawdown, Sharpe and other figures, beside buy and hold',
  open({ opened, format }: Shown): Show {
    const read = figuresReader(opened);
    let told = '';
    return async (span) => {
      const figures = await read(span);
      const text = JSON.stringify(figures);
      if (text !== told) tell(figures, { format, isFirst: told === '' });
      told = text;
    };
  },
};

type Figures = Awaited<ReturnType<ReturnType<typeof figuresReader>>>;
type Sampler = Awaited<ReturnType<typeof curveSampler>>;

/** Reads the figures of a span, which begins where it began; called again it reads what has come since. */
function figuresReader(opened: Opened) {
  const { store, account } = opened;
  const closedPages = closedReader(store);
  const holdingOf = holdingReader(opened);
  let sample: Sampler | undefined;
  return async (span: Span) => {
    const loaded = await loadAtRest(store, account);
    const { fromMs } = span;
    sample ??= await curveSampler(store, account, { fromMs, stepMs: STEP_MS });
    const toMs = endOf(span, loaded);
    const sampled = await sample({ toMs, movedToMs: Math.max(fromMs, span.toMs) });
    const closed: Position[] = [];
    for await (const page of closedPages(loaded, span)) closed.push(...page);
    return figuresOf({
      account,
      span: { fromMs, toMs },
      sampled,
      closed: await closedBetweenMarks(opened, closed, span),
      open: [...loaded.positions.values()]
        .map(({ value }) => value)
        .filter(({ entryMs }) => entryMs < span.toMs),
      buyAndHold: await holdingOf(loaded.head.value.source, { fromMs: sampled.firstMs, toMs }),
    });
  };
}

/** The newest tick or mark of a span. */
function endOf({ fromMs, toMs }: Span, { head }: Account): EpochMs {
  const { createdMs, lastTickMs, markedMs } = head.value;
  return Math.max(fromMs, Math.min(toMs, Math.max(createdMs, lastTickMs ?? 0, markedMs ?? 0)));
}

/**
 * Of positions that were closed from the first to the last instant of a span, those that its marks tell of: what was
 * sold at the open of an instant comes after the mark of that instant, what a stop sold in the candle before it does not.
 */
async function closedBetweenMarks(
  { store, account }: Opened,
  closed: readonly Position[],
  { fromMs, toMs }: Span,
): Promise<readonly Position[]> {
  const edges = [fromMs, toMs].filter((atMs) => closed.some(({ exitMs }) => exitMs === atMs));
  const soldAfter = new Set<string>();
  for (const atMs of edges)
    for await (const fills of fillPages(store, account, { fromMs: atMs, toMs: atMs }))
      for (const { symbol, side, step } of fills)
        if (side === 'sell' && step === 'OPEN') soldAfter.add(`${symbol} ${atMs}`);
  return closed.filter(({ plan, exitMs }) => {
    const isAfter = soldAfter.has(`${plan.symbol} ${exitMs}`);
    return exitMs === fromMs ? isAfter : exitMs !== toMs || !isAfter;
  });
}

interface Read {
  readonly account: string;
  readonly span: Span;
  readonly sampled: Awaited<ReturnType<Sampler>>;
  readonly closed: readonly Position[];
  readonly open: readonly Position[];
  readonly buyAndHold: Holding | null;
}

function figuresOf({ account, span, sampled, closed, open, buyAndHold }: Read) {
  const { drawdown, ...curve } = curveFigures(sampled);
  return {
    account,
    ...span,
    marks: sampled.marks,
    steps: sampled.growth.length - 1,
    equityFirst: textOf(sampled.first),
    equityLast: textOf(sampled.last),
    flow: textOf(sampled.flow),
    ...ratios(curve),
    drawdown: drawdown && { ...drawdown, deepest: ratio(drawdown.deepest) },
    open: open.length,
    ...ratios(positionFigures(closed)),
    feesPaid: feesOf([...closed, ...open]),
    performance: performanceOf(closed),
    buyAndHold,
  };
}

/** Six places of every figure. */
function ratios<Key extends string>(figures: Readonly<Record<Key, number | null>>) {
  const rounded = Object.entries<number | null>(figures).map(([key, value]) => [key, ratio(value)]);
  return Object.fromEntries(rounded) as Record<Key, number | null>;
}

interface Telling {
  readonly format: Format;
  /** Nothing was told before. */
  readonly isFirst: boolean;
}

function tell(figures: Figures, { format, isFirst }: Telling): void {
  if (format === 'json') sayJson(figures);
  else if (format === 'lines') say(JSON.stringify(figures));
  else if (format === 'csv')
    for (const line of [...(isFirst ? [['figure', 'value']] : []), ...leavesOf(figures)])
      say(`${csvLine(line)}\r`);
  else sayFigures(figures);
}

/** Every figure under its path; nothing for null. */
function leavesOf(value: unknown, path = ''): readonly (readonly string[])[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => leavesOf(one, path === '' ? key : `${path}.${key}`));
  const isInstant = path.endsWith('Ms') && typeof value === 'number';
  if (isInstant) return [[path.replace(/Ms$/, 'Utc'), isoInstant(value)]];
  const isText = typeof value === 'string' && !isDecimalText(value);
  return [[path, value === null ? '' : isText ? harmless(value) : String(value)]];
}

function sayFigures(figures: Figures): void {
  const { fromMs, toMs, marks, steps, equityFirst, equityLast, flow, totalReturn } = figures;
  say(`${instant(fromMs)} to ${instant(toMs)} UTC, ${marks} marks of the equity, on ${steps} steps of 4h`);
  say();
  const moved = Number(flow) === 0 ? '' : `, ${usd(flow)} USD of capital moved`;
  say(`equity       ${usd(equityLast)} USD from ${usd(equityFirst)}${moved}`);
  say(`return       ${signed(totalReturn)}`);
  say(`holding      ${heldBy(figures)}`);
  if (marks === 0) {
    say('Nothing was open in that time: there is nothing more to say.');
    return;
  }
  sayYearly(figures);
  sayDrawdown(figures);
  sayPositions(figures);
  if (figures.performance.length === 0) return;
  say();
  table(
    ['instance', 'voted for', 'net R'],
    figures.performance.map(({ instance, positions, netR }) => [instance, `${positions}`, netR.toFixed(2)]),
  );
}

function sayYearly({ fromMs, toMs, cagr, volatility, sharpe, sortino, calmar }: Figures): void {
  const days = (toMs - fromMs) / DAY_MS;
  if (days < YEARLY_DAYS_MIN) {
    say(`CAGR, Sharpe – (figures of a year need ${YEARLY_DAYS_MIN} days, these are ${days.toFixed(1)})`);
    return;
  }
  say(
    `CAGR         ${signed(cagr)}, volatility ${volatility === null ? '–' : percent(volatility).replace('+', '')}`,
  );
  say(`Sharpe       ${figure(sharpe)}, Sortino ${figure(sortino)}, Calmar ${figure(calmar)}`);
}

function sayDrawdown({ drawdown }: Figures): void {
  if (drawdown === null) {
    say('drawdown     none');
    return;
  }
  const { deepest, peakMs, troughMs, recoveryMs, underwaterDays } = drawdown;
  const recovered = recoveryMs === null ? 'not recovered' : `recovered ${instant(recoveryMs)}`;
  say(`drawdown     ${signed(deepest)} from ${instant(peakMs)} to ${instant(troughMs)} UTC, ${recovered}`);
  say(`below peak   ${underwaterDays.toFixed(1)} days at most`);
}

function sayPositions(figures: Figures): void {
  const { closed, open, wins, losses, winRate, profitFactor, payoff, expectancy, expectancyR } = figures;
  const rate = winRate === null ? '' : `, ${Math.round(100 * winRate)} % won`;
  say(`positions    ${closed} closed: ${wins} won, ${losses} lost${rate}; ${open} open`);
  say(`profit       factor ${figure(profitFactor)}, average win over average loss ${figure(payoff)}`);
  say(`expectancy   ${figure(expectancy)} USD, ${figure(expectancyR)} R a position`);
  say(`invested     ${signed(figures.exposure).replace('+', '')} of the equity on average`);
  say(`fees         ${usd(figures.feesPaid)} USD`);
}

function heldBy({ buyAndHold }: Figures): string {
  if (buyAndHold === null) return '– (the stored 4h candles do not cover this time)';
  const each = Object.entries(buyAndHold.symbols).map(([symbol, gain]) => `${symbol} ${percent(gain)}`);
  return `${signed(buyAndHold.totalReturn)} (${each.join(', ')}), same costs`;
}

function signed(fraction: number | null): string {
  if (fraction === null) return '–';
  return fraction < 0 ? red(percent(fraction)) : green(percent(fraction));
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}
