import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chased } from '../helpers/chase.ts';
import { compared, costless, staged } from '../helpers/stage.ts';

/** A minute by how far it goes from the close before, in cents, and what is special about it. */
const minute = fc.record({
  gap: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, 5, -5, 60, -400),
  up: fc.constantFrom(0, 0, 0, 1, 5, 60),
  down: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 5, 60, 450),
  close: fc.double({ min: 0, max: 1, noNaN: true }),
  volume: fc.constantFrom(0, 1, 20, 40, 1000),
  isHole: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  says: fc.constantFrom('', '', '', 'turtle:long', 'turtle:exit', 'turtle:short'),
});
type Minute = typeof minute extends fc.Arbitrary<infer One> ? One : never;

const script = fc.array(minute, { minLength: 5, maxLength: 12 });

/** Lines of a script that begins at 100; nothing in it may fall so far that a breaker ends the play. */
function lines(minutes: readonly Minute[], isSaying: boolean): readonly string[] {
  let last = 10_000;
  return minutes.map(({ gap, up, down, close, volume, isHole, says }) => {
    const open = Math.max(last + gap, 5000);
    const [high, low] = [open + up, open - down];
    last = Math.round(low + close * (high - low));
    const prices = [open, high, low, last].map((cents) => (cents / 100).toFixed(2)).join(' ');
    return `${prices} v=${volume}${isHole ? ' hole' : ''} ${isSaying ? says : ''}`.trim();
  });
}

const terms = fc.record({
  stop: fc.constantFrom(0.96, 0.99, 0.999),
  target: fc.constantFrom(undefined, 1.001, 1.01),
});
const config = fc.record({
  maxLateMinutes: fc.constantFrom(1, 3, 15),
  risk: fc.constantFrom({}, { riskPerTrade: 0.02 }),
  market: fc.constantFrom({}, { minQuantity: '2' }, { halfSpreadBps: 5 }),
  fees: fc.constantFrom({}, { maker: 0, taker: 0 }),
  costs: fc.constantFrom({}, { slippageBps: 0 }),
});

/** What has happened in some plays. */
const tallyOf = () => ({ parts: 0, crossings: 0, abandoned: 0, stopped: 0, fills: 0 });

function count(tally: ReturnType<typeof tallyOf>, { kept }: Awaited<ReturnType<typeof compared>>) {
  const entries = kept.fills.filter(({ reason }) => reason === 'ENTRY');
  const resting = entries.filter(({ step }) => step === 'RANGE');
  tally.fills += kept.fills.length;
  tally.crossings += entries.length - resting.length;
  tally.parts += resting.length - new Set(resting.map(({ clientOrderId }) => clientOrderId)).size;
  tally.abandoned += kept.tally.rejects['ENTRY_ABANDONED'] ?? 0;
  tally.stopped += kept.fills.filter(({ reason, step }) => reason === 'STOP' && step === 'RANGE').length;
}

describe('engine and replay agree to the byte on minutes drawn by chance', () => {
  it('after a vote on 4h', async () => {
    const tally = tallyOf();
    await fc.assert(
      fc.asyncProperty(script, script, terms, config, async (btc, eth, options, own) => {
        const minutes = { BTC: lines(btc, false), ETH: lines(eth, false) };
        count(tally, await compared(chased(minutes, { ...options, config: own })));
      }),
      { seed: 1, numRuns: 40 },
    );
    expect(Object.entries(tally).filter(([, times]) => times === 0)).toEqual([]);
  }, 60_000);

  it('where every minute is a tick, and votes and exits come while an entry rests', async () => {
    const tally = tallyOf();
    await fc.assert(
      fc.asyncProperty(script, script, terms, config, async (btc, eth, options, own) => {
        const minutes = { BTC: lines(btc, true), ETH: lines(eth, true) };
        const world = staged(minutes, {
          exec: '1m',
          lookbackRows: 20,
          turtleOn: '1m',
          ...options,
          config: { entry: 'maker', ...costless(own) },
        });
        count(tally, await compared(world));
      }),
      { seed: 1, numRuns: 40 },
    );
    expect(tally.fills).toBeGreaterThan(20);
  }, 60_000);
});
