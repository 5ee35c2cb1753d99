import { type LookbackParity, lookbackParity } from '../shared/app/lookback-parity.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { openCandles, openWorkspace } from './context.ts';
import { parseSpan, type SpanOptions } from './options.ts';
import { green, instant, progress, red, say, sayJson, table, yellow } from './screen.ts';

/** `hot-crypto parity --lookback`: do strategies say over the last 720 candles what they say over all of them? */
export async function parityOfLookback(options: SpanOptions): Promise<void> {
  const workspace = openWorkspace(options);
  const { config, instances } = workspace;
  const { fromMs, toMs } = parseSpan(options);
  const parity = await lookbackParity(openCandles(workspace, 'kraken'), {
    symbols: config.symbols.map((symbol) => ({
      symbol,
      tickDecimals: config.markets[symbol]?.tickDecimals ?? 0,
    })),
    instances,
    fromMs,
    toMs,
    rows: LOOKBACK_ROWS,
    onProgress: (what, done, all) => progress(`${what}  ${done} of ${all} bars`),
  });
  progress('');
  const isSame = parity.differences.length === 0;
  if (options.json) sayJson({ isSame, fromMs, toMs, rows: LOOKBACK_ROWS, ...parity });
  else showParity(parity, { fromMs, toMs });
  if (!isSame) process.exitCode = 1;
}

/** Of one instance on one symbol; JSON has more of them. */
const SHOWN_MAX = 3;

function showParity(
  { compared, differences }: LookbackParity,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): void {
  say(
    `PARITY between the last ${LOOKBACK_ROWS} candles and all of them  ${instant(fromMs)} to ${instant(toMs)} UTC`,
  );
  say();
  table(
    ['instance', 'symbol', 'candles', 'compared', 'incomplete', 'differences'],
    compared.map((one) => [
      one.instance,
      one.symbol,
      `${one.candles}`,
      `${one.bars}`,
      `${one.incomplete}`,
      `${one.differences}`,
    ]),
  );
  say();
  const unproved = compared.filter(({ bars }) => bars === 0);
  for (const { instance: name, symbol } of unproved)
    say(
      yellow(
        `NOTE  ${name} ${symbol}: no bar has its ${LOOKBACK_ROWS} candles, so nothing of it was compared.`,
      ),
    );
  if (differences.length === 0) {
    say(green('no difference'));
    return;
  }
  const all = compared.reduce((sum, one) => sum + one.differences, 0);
  say(red(`${all} ${all === 1 ? 'difference' : 'differences'}; of each instance the first ones:`));
  table(
    ['instance', 'symbol', 'at', 'column', `last ${LOOKBACK_ROWS}`, 'all'],
    firstOfEach(differences).map((one) => [
      one.instance,
      one.symbol,
      instant(one.atMs),
      one.column,
      `${one.window ?? 'nothing'}`,
      `${one.whole ?? 'nothing'}`,
    ]),
  );
}

function firstOfEach(differences: LookbackParity['differences']): LookbackParity['differences'] {
  const groups = Map.groupBy(differences, ({ instance: name, symbol }) => `${name} ${symbol}`);
  return [...groups.values()].flatMap((own) => own.slice(0, SHOWN_MAX));
}
