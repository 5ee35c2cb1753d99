import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../shared/core/decimal.ts';
import { above, chased, endedEntries, inMinutes } from '../helpers/chase.ts';
import { chasedPlay } from '../helpers/plays.ts';
import { calm, compared, costless, quiet, staged } from '../helpers/stage.ts';

const whole = '100 101 99 100';

describe('entries at limits beside each other', () => {
  it('never spend more than there is, though all of them cross higher than they were decided', async () => {
    const rises = [...quiet(3, {}, above), '100 100.1 100 100.1', '100.1 101 100.1 101'];
    const config = { risk: { riskPerTrade: 0.02 }, fees: { maker: 0.0025, taker: 0.004 }, costs: {} };
    const world = chased({ BTC: rises, ETH: rises }, { stop: 0.99, config });
    const { kept } = await compared(world);
    const sizes = kept.decisions.filter(({ size }) => size !== null).map(({ size }) => size?.binding);
    expect(sizes).toEqual(['N1', 'N5']);
    const bought = kept.fills.map(({ symbol, step }) => `${symbol} ${step}`);
    expect(bought).toEqual(['BTC/USD OPEN', 'ETH/USD OPEN']);
    const spent = kept.fills.reduce((sum, { cost, fee }) => sum + cost + fee, 0n);
    expect(spent <= unitsOf('10000') && spent > unitsOf('9990')).toBe(true);
  });
});

describe('while an entry rests', () => {
  it('another finds no free cash: all that was free is kept back for the one that was decided alone', async () => {
    const scripts = {
      BTC: [`${above} turtle:long`, above, above, above, above],
      ETH: [above, `${above} turtle:long`, above, above, above],
    };
    const config = { entry: 'maker', ...costless() };
    const world = staged(scripts, { exec: '1m', lookbackRows: 20, turtleOn: '1m', config });
    const { kept } = await compared(world);
    const free = kept.decisions.filter(({ symbol }) => symbol === 'BTC/USD').map(({ inputs }) => inputs.free);
    expect(free).toEqual(['10000', '10000', '0', '0', '0', '0']);
    expect(kept.tally.rejects['SIZE_BELOW_MIN']).toBe(1);
  });
});

describe('losses of one minute', () => {
  it('are counted by symbol, also one of what was bought in it', async () => {
    const rest = [...quiet(236, {}, '95 95 95 95'), '95 95 95 95 turtle:long'];
    const world = chased(
      {
        BTC: [above, above, '100 100 95 95', ...rest],
        ETH: [whole, above, '100 100 94 95', ...rest],
      },
      { config: { costs: { slippageBps: 0, stopSlipBps: 0, stopSlipFall: 0.05 } } },
    );
    const played = await compared(world);
    expect(inMinutes(played, world).slice(0, 4)).toEqual([
      '1m ETH RANGE ENTRY 6.2656 at 99.99',
      '3m BTC RANGE ENTRY 6.2656 at 99.99',
      // 5 % of the falls from 96 to 95 and to 94.
      '3m BTC RANGE STOP 6.2656 at 95.95',
      '3m ETH RANGE STOP 6.2656 at 95.9',
    ]);
    // 4.04 and 4.09 over 3.99.
    const { netRs } = played.decision(8).inputs.standing;
    expect(netRs?.map((netR) => netR.toFixed(3))).toEqual(['-1.013', '-1.025']);
  });
});

describe('on longer exec candles', () => {
  it('a maker is a taker, to the last byte', async () => {
    const votes = [...quiet(15), `${calm} turtle:long`, ...quiet(15), `${calm} turtle:exit`, calm];
    const plays = await Promise.all(
      ['taker', 'maker'].map(async (entry) => {
        const config = { entry, ...costless({ fees: { maker: 0.0025, taker: 0.004 } }) };
        const { kept } = await compared(staged({ BTC: votes }, { exec: '15m', config }));
        return { decisions: kept.decisions, fills: kept.fills, marks: kept.marks };
      }),
    );
    expect(plays[0]?.fills).toHaveLength(2);
    expect(plays[1]).toEqual(plays[0]);
  });
});

describe('the play of entries at limits that is crashed at every call', () => {
  it('has all of it in it', async () => {
    const world = chasedPlay();
    const played = await compared(world);
    expect(inMinutes(played, world)).toEqual([
      '1m BTC RANGE ENTRY 1 at 99.99',
      '1m DOT RANGE ENTRY 6.2656 at 99.99',
      '1m DOT RANGE STOP 6.2656 at 96',
      '2m BTC RANGE ENTRY 1 at 99.99',
      '2m ETH RANGE ENTRY 1 at 99.99',
      '3m ETH RANGE ENTRY 2 at 99.99',
      '3m ETH RANGE STOP 2 at 96',
      '3m ETH OPEN STOP 1 at 100',
      '4m BTC OPEN ENTRY 4.2656 at 100',
      '6m BTC RANGE STOP 6.2656 at 96',
    ]);
    expect([...(await endedEntries(played.store, world))].sort()).toEqual([
      'capped 1 EXPIRED ENTRY_ABANDONED',
      'capped 1 FILLED',
      ...quiet(3, {}, 'limit 0 CANCELLED'),
      'limit 0 FILLED',
    ]);
  });
});
