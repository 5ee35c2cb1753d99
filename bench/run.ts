import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { green, red, say, table } from '../cli/screen.ts';
import { benchCandles } from './candles.ts';
import { benchEngine } from './engine.ts';
import { benchIndicators } from './indicators.ts';
import type { Row } from './measure.ts';
import { benchReplay } from './replay.ts';

/** Indicators first: nanoseconds show what the compiler learnt in other parts. */
const parts = {
  indicators: benchIndicators,
  engine: benchEngine,
  replay: benchReplay,
  candles: benchCandles,
};

/** `npm run bench -- --only engine`: everything, or one part. Shows figures, and fails nobody: machines differ. */
async function main(): Promise<void> {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
  const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
  if (chosen.length === 0) {
    say(`There is no part '${only}'.\n  → Use one of ${Object.keys(parts).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const startMs = performance.now();
  const rows: Row[] = [];
  for (const [, bench] of chosen) rows.push(...(await inFolder(bench)));
  say(`Synthetic market, default configuration; Node ${process.version}, ${availableParallelism()} cores`);
  say();
  table(['what', 'median', 'least', 'most', 'unit', 'required', 'remark'], rows.map(cells));
  say();
  const missed = rows.filter(({ figure, required = 0 }) => figure.median < required);
  say(missed.length === 0 ? green('every requirement holds') : red(`${missed.length} requirements missed`));
  say(`${((performance.now() - startMs) / 1000).toFixed(0)} s`);
}

/** Gives a part a folder of its own, and takes it away again. */
async function inFolder(bench: (folder: string) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hot-crypto-bench-'));
  try {
    return await bench(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cells({ what, figure, unit, required, remark }: Row): readonly string[] {
  const least = required === undefined ? '–' : spelled(required);
  return [
    what,
    spelled(figure.median),
    spelled(figure.least),
    spelled(figure.most),
    unit,
    least,
    remark ?? '',
  ];
}

/** Three digits tell apart what is different; more would be noise. */
function spelled(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

await main();
