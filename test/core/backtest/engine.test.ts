import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { type EngineResult, runEngine } from '../../../shared/core/backtest/engine.ts';
import type { EngineInput } from '../../../shared/core/backtest/engine-run.ts';
import { unitsOfNumber } from '../../../shared/core/decimal.ts';
import { cashAfter } from '../../../shared/core/execution/ledger.ts';
import { netProfit } from '../../../shared/core/execution/position.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { timeframeMs } from '../../../shared/core/market/timeframes.ts';
import { instancesOf } from '../../../shared/core/strategies/instances.ts';
import { walk } from '../../helpers/candles.ts';
import { worldConfig } from '../../helpers/world.ts';

const ROWS = 300;
const LOOKBACK = 60;
/** Opens that lie up to a fifth away from the close before. */
const SHAPE = { gaps: 0.1 };

/** Two symbols on 4h alone, with so much risk (more than a configuration may take) that cash binds. */
const config = {
  ...loadConfig(),
  ensemble: { threshold: 0.45, minSupporters: 1, minFamilies: 1 },
  risk: { ...worldConfig(['BTC/USD']).risk, riskPerTrade: 0.5, maxSymbolFraction: 0.5 },
  strategies: { turtle: { enabled: true, timeframes: ['4h' as const], params: {} } },
};

function run(seed: number, changes: Partial<EngineInput> = {}): EngineResult {
  const of = (candles: Candles) => ({ exec: candles, series: new Map([['4h' as const, candles]]) });
  const btc = walk(seed, ROWS, SHAPE);
  const eth = walk(seed + 1, ROWS, SHAPE);
  const start = btc.openMs[0] ?? 0;
  return runEngine({
    account: 'test',
    config,
    configHash: '',
    codeVersion: '',
    instances: instancesOf(config),
    data: {
      execTimeframe: '4h',
      symbols: new Map([
        ['BTC/USD', of(btc)],
        ['ETH/USD', of(eth)],
      ]),
    },
    fromMs: start + LOOKBACK * timeframeMs['4h'],
    toMs: start + ROWS * timeframeMs['4h'],
    lookbackRows: LOOKBACK,
    isRecording: false,
    ...changes,
  });
}

describe('the engine', () => {
  it('never spends cash that is not there, whatever the opens are', () => {
    let fills = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const result = run(seed);
        let cash = unitsOfNumber(config.capital);
        for (const fill of result.fills) {
          cash = cashAfter(cash, fill.side, fill);
          expect(cash >= 0n).toBe(true);
        }
        fills += result.fills.length;
      }),
      { numRuns: 50 },
    );
    expect(fills).toBeGreaterThan(100);
  });

  it('conserves money to the last unit: capital and net profits are the equity when nothing is held', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { closed, open, equityFinal } = run(seed);
        fc.pre(open.length === 0);
        const profits = closed.reduce((sum, position) => sum + netProfit(position), 0n);
        expect(unitsOfNumber(config.capital) + profits).toBe(equityFinal);
      }),
      { numRuns: 50 },
    );
  });

  it('finds the same with and without records', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { closed, open, marks, tally, breakers } = run(seed);
        const recorded = run(seed, { isRecording: true });
        expect(recorded).toMatchObject({ closed, open, marks, tally, breakers });
        expect(recorded.decisions.length).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  it('does not look ahead: a run over fewer candles is the beginning of the run over all', () => {
    const whole = run(5, { isRecording: true });
    const btc = walk(5, ROWS, SHAPE);
    const half = (btc.openMs[0] ?? 0) + 200 * timeframeMs['4h'];
    const cut = (candles: Candles) => sliceCandles(candles, 0, 200);
    const of = (seed: number) => {
      const candles = cut(walk(seed, ROWS, SHAPE));
      return { exec: candles, series: new Map([['4h' as const, candles]]) };
    };
    const part = run(5, {
      isRecording: true,
      toMs: half,
      data: {
        execTimeframe: '4h',
        symbols: new Map([
          ['BTC/USD', of(5)],
          ['ETH/USD', of(6)],
        ]),
      },
    });
    expect(part.decisions.length).toBeGreaterThan(200);
    expect(whole.decisions.slice(0, part.decisions.length)).toEqual(part.decisions);
  });
});
