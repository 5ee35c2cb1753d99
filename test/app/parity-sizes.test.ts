import { describe, expect, it } from 'vitest';
import { calm, compared, costless, type Play, quiet, staged, trades } from '../helpers/stage.ts';

// 10,000 USD at 100 with an ATR of 2 and, unless another thing is said, no costs. Risk of 0.5 % over a stop 4 % below
// allows 1250 USD, and half of that in a random walk.
const vote = `${calm} turtle:long`;
const leave = `${calm} turtle:exit`;
const half = { riskPerTrade: 0.02 };
/** The costs that are modelled by default: a half-spread of 1 bp here. */
const costly = (risk: object) => ({ ...costless({ risk: { ...risk } }), fees: {}, costs: {}, market: {} });

/** The term that binds, what it allows, and the quantity of that. */
function size(play: Play, hours: number, name?: string): string {
  const { size: found } = play.decision(hours, name);
  if (found === null) return 'none';
  const { binding, quantity } = found;
  const term = found[binding.toLowerCase() as 'n1' | 'n2' | 'n3' | 'n4' | 'n5'];
  return `${binding} ${term} ${quantity}`;
}

const sentence = (play: Play, hours: number, name?: string) => play.decision(hours, name).reasons.at(-2);

describe('the least of its terms is the size of an entry', () => {
  // Up and down in turn: σ = ln(1 + move) × √(180 ÷ 179 × 2190) a year.
  const restless = (move: number) => {
    const [low, high] = [100, 100 * (1 + move)];
    const closes = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? low : high));
    return {
      BTC: [`${high} ${high + 0.1} 99.9 100 turtle:long`, calm],
      past: { 'BTC/USD': { closes, reach: 0.001 } },
    };
  };

  it('N1, the risk between entry and stop', async () => {
    const play = await compared(staged({ BTC: [vote, calm] }, { config: costless() }));
    expect(size(play, 4)).toBe('N1 625 6.25');
    expect(sentence(play, 4)).toBe(
      'Size: 625.00 USD by risk (0.5 % of the equity down to the stop; halved in a random walk), 10,000.00 by volatility, ' +
        '5,000.00 by the share of one symbol, 10,000.00 by what is not invested, 10,000.00 by free cash; risk binds.',
    );
    expect(play.fills).toEqual(['4h BTC OPEN ENTRY 6.25 at 100']);
  });

  it.each([
    // σ = 0.00995033 × 46.9277 = 0.466949, and 0.15 ÷ σ = 0.3212345.
    [0.01, 0.15, 'N2 3212.34 32.1234'],
    [0.01, 0.3, 'N3 5000 50'],
    // σ = 1.3871: a quarter is left at least.
    [0.03, 0.15, 'N2 2500 25'],
  ])('N2 or N3: moves of %f, volatility up to %f', async (move, volatilityTarget, expected) => {
    const { BTC, past } = restless(move);
    const config = costless({ risk: { ...half, volatilityTarget } });
    expect(size(await compared(staged({ BTC }, { stop: 0.999, past, config })), 4)).toBe(expected);
  });

  it('N4 and N5, which are equal where nothing costs: N4 is named', async () => {
    // 50 BTC bought at 100 stand at 120: of 11,000 USD 5000 are left, less than half.
    const scripts = { BTC: [vote, '100 120 100 120'], ETH: [calm, vote, calm] };
    const play = await compared(staged(scripts, { stop: 0.98, config: costless({ risk: half }) }));
    expect(play.decision(8, 'ETH').size).toMatchObject({ n1: '5500', n3: '5500', n4: '5000', n5: '5000' });
    expect(size(play, 8, 'ETH')).toBe('N4 5000 50');
    expect(sentence(play, 8, 'ETH')).toContain('5,000.00 by free cash; what is not invested binds.');
  });

  it('N5, the free cash, costs included', async () => {
    // 50 BTC at 100.03 and 0.4 %: 5001.50 + 20.006. 4978.494 are left, and ÷ 1.0043 that is 4957.178.
    const scripts = { BTC: [vote, '100 120 100 120'], ETH: [calm, vote, calm] };
    const play = await compared(staged(scripts, { stop: 0.98, config: costly(half) }));
    expect(play.decision(8, 'ETH').size).toMatchObject({ n4: '4978.49', n5: '4957.18' });
    expect(size(play, 8, 'ETH')).toBe('N5 4957.18 49.5717');
    expect(sentence(play, 8, 'ETH')).toContain('free cash binds.');
  });

  it('and of a market that is taken for a trend the whole of N1', async () => {
    // 40 candles up by 0.4 %, 40 down, and so on, up at last.
    const falls = Array.from({ length: 720 }, (_, i) => Math.abs(((i + 40) % 80) - 40));
    const closes = falls.map((steps) => 100 / 1.004 ** (steps + 1)).reverse();
    const line = '99.6 101 99 100';
    const options = { past: { 'BTC/USD': { closes, reach: 0.01 } }, config: costless() };
    const play = await compared(staged({ BTC: [`${line} turtle:long`, calm] }, options));
    expect(play.decision(4).regime).toBe('STRONG_TREND');
    expect(size(play, 4)).toBe('N1 1250 12.5');
    expect(sentence(play, 4)).not.toContain('halved');
  });
});

describe('an entry that is too small is refused, and the term that binds is named', () => {
  const refusal = (quantity: string, why: string) => `No entry: ${quantity} is too small an order, ${why}.`;

  it.each([
    // 16 USD allow 1 USD: 0.01, the least quantity; 15.9 allow 0.9938.
    [16, {}, '', null],
    [15.9, {}, '0.0099 BTC', 'quantity below the minimum of 0.01 (risk binds)'],
    [16, { minCost: '1.01' }, '0.01 BTC', 'cost below the minimum of 1.01 (risk binds)'],
    // At the stop of 96 it is worth 0.96 USD.
    [16, { minCost: '1' }, '0.01 BTC', 'at its stop it could not be sold: cost below 1 (risk binds)'],
    [16, { minCost: '0.96' }, '', null],
    [16, { minCost: '0.97' }, '0.01 BTC', 'at its stop it could not be sold: cost below 0.97 (risk binds)'],
  ])('%f USD, %j: %s, %s', async (capital, market, quantity, why) => {
    const play = await compared(staged({ BTC: [vote, calm] }, { config: costless({ capital, market }) }));
    expect(play.outcome(4)).toBe(why === null ? 'ENTER' : 'SIZE_BELOW_MIN');
    if (why !== null) expect(play.decision(4).reasons.at(-1)).toBe(refusal(quantity, why));
  });

  it.each([
    ['N4', costless({ risk: half }), 'what is not invested'],
    ['N5', costly(half), 'free cash'],
  ])('by %s when two others have taken all', async (binding, config, term) => {
    const scripts = { BTC: [vote, calm], ETH: [vote, calm], SOL: [vote, calm] };
    const play = await compared(staged(scripts, { stop: 0.98, config }));
    expect([play.outcome(4), play.outcome(4, 'ETH')]).toEqual(['ENTER', 'ENTER']);
    expect(play.outcome(4, 'SOL')).toBe('SIZE_BELOW_MIN');
    expect(play.decision(4, 'SOL').size).toMatchObject({ binding, quantity: '0' });
    const why = `quantity below the minimum of 0.01 (${term} binds)`;
    expect(play.decision(4, 'SOL').reasons.at(-1)).toBe(refusal('0 SOL', why));
  });
});

describe('beside a position that moves with it an entry is smaller', () => {
  // Both move by p and back. ETH moves by another r and back: ρ = p ÷ √(p² + r²).
  const [there, back] = [102, 100];
  const btc = [100, there, back, ...quiet(6).map(() => 100)];
  const eth = (r: number) => [100, there, back, 100 * 1.02 ** r, ...quiet(5).map(() => 100)];
  const scripts = { BTC: [vote, calm, calm], ETH: [calm, vote, calm] };
  const options = (r: number) => ({
    past: { 'BTC/USD': { closes: btc }, 'ETH/USD': { closes: eth(r) } },
    config: costless(),
  });

  it.each([
    [0, 1, 0.5, 'N1 312.5 3.125'],
    // r = p ÷ 2: ρ = 2 ÷ √5 = 0.894427, and 1 − 0.5 × 0.094427 ÷ 0.2 = 0.763932.
    [0.5, 0.894427, 0.763932, 'N1 477.46 4.7745'],
    // r = 0.76 p: ρ = 0.796162, below 0.8.
    [0.76, 0.796162, 1, 'N1 625 6.25'],
  ])('r of %f p: a correlation of %f leaves %f', async (r, correlation, correlationScale, expected) => {
    const play = await compared(staged(scripts, options(r)));
    expect(play.decision(8, 'ETH').inputs.correlation).toBe(correlation);
    expect(play.decision(8, 'ETH').size).toMatchObject({ correlationScale });
    expect(size(play, 8, 'ETH')).toBe(expected);
    if (r === 0.5) expect(sentence(play, 8, 'ETH')).toContain('times 0.76, for it moves with BTC/USD');
  });

  it('but not beside one that is only decided', async () => {
    const both = { BTC: [vote, calm], ETH: [vote, calm] };
    const play = await compared(staged(both, options(0)));
    expect(play.decision(4, 'ETH').inputs.correlation).toBeNull();
    expect(size(play, 4, 'ETH')).toBe('N1 625 6.25');
  });

  it.each([
    [31, 1, 'N1 312.5 3.125'],
    [30, null, 'N1 625 6.25'],
  ])(
    'but not with fewer than 30 returns in common: of %i candles',
    async (lookbackRows, correlation, expected) => {
      // So few candles that an average still knows where it began: nothing may move but at the end.
      const moves = ['100 103 99 102', '102 103 99 100'];
      const late = { BTC: [vote, ...moves, calm], ETH: [calm, ...moves, vote] };
      const play = await compared(staged(late, { lookbackRows, config: costless() }));
      expect(play.decision(16, 'ETH').inputs.correlation).toBe(correlation);
      expect(size(play, 16, 'ETH')).toBe(expected);
    },
  );
});

describe('Kelly looks back on closed positions', () => {
  // Bought at 100 with the stop at 96, and sold at a price: (price − 100) ÷ 4 R. Of 6 each, on the whole lot.
  const config = costless({ breakers: { losses: 20 }, market: { lotDecimals: 0 } });
  const playOf = async (prices: readonly number[], risk = {}) => {
    const own = { ...config, risk: { ...Object(config['risk']), ...risk } };
    const play = await compared(staged({ BTC: [...trades(...prices), calm] }, { config: own }));
    expect(play.report.positions).toHaveLength(prices.length);
    return { play, hours: 8 * prices.length + 4 };
  };
  const five = <One>(...prices: readonly One[]) => quiet(5).flatMap(() => prices);

  const noEdge =
    'The last 10 positions show no edge (KELLY_NEGATIVE): only a probe of 0.125 % of the equity is risked.';

  it('says nothing before ten of them, nor while none has lost', async () => {
    const nine = await playOf(five(98, 98).slice(1));
    expect(nine.play.decision(nine.hours).size).toMatchObject({ risk: 0.005, kellyEdge: null });
    const won = await playOf(five(102, 102));
    // 10,120 USD.
    expect(won.play.decision(won.hours).size).toMatchObject({ risk: 0.005, kellyEdge: null, n1: '632.5' });
  });

  it('takes a result of 0 for a loss', async () => {
    // Losses of nothing: f* is the share of wins.
    const { play, hours } = await playOf([...five(102).flatMap((price) => [price, 100])]);
    expect(play.decision(hours).size).toMatchObject({ risk: 0.005, kellyEdge: 0.5 });
  });

  it('risks half of a small edge', async () => {
    // 5 × 0.505 R and 5 × −0.5 R: b = 1.01, f* = 0.5 − 0.5 ÷ 1.01 = 0.00495, and half of it × 10,000.60 × 12.5.
    const { play, hours } = await playOf(five(102.02, 98));
    expect(play.decision(hours).size).toMatchObject({ risk: 0.002475, kellyEdge: 0.00495 });
    expect(size(play, hours)).toBe('N1 309.42 3');
    expect(play.decision(hours).notes).toEqual([]);
  });

  it('measures in R: what a position brought by what it had put at risk', async () => {
    // Bought at 99, with 3 at risk, and sold at 97.5: −0.5 R again, but a loss of 1.5 instead of 2.
    const win = [leave, '102.02 102.02 100 100 turtle:long'];
    const loss = ['99 100 99 100 turtle:exit', '97.5 100 97.5 100 turtle:long'];
    const lines = [vote, ...five(0).flatMap(() => [...win, ...loss]), calm];
    const play = await compared(staged({ BTC: lines }, { config }));
    expect(play.report.positions).toMatchObject(five('12.12', '-9').map((netProfit) => ({ netProfit })));
    expect(play.decision(84).size).toMatchObject({ risk: 0.002475, kellyEdge: 0.00495 });
  });

  it('risks no more than the risk per trade of a large one', async () => {
    // b = 2: f* = 0.25.
    const { play, hours } = await playOf(five(104, 98));
    expect(play.decision(hours).size).toMatchObject({ risk: 0.005, kellyEdge: 0.25 });
  });

  it.each([
    ['b = 1', [102, 98], 0, '10000', 'N1 156.25 1'],
    ['only losses', [98, 98], null, '9880', 'N1 154.38 1'],
  ])('risks a probe of a quarter when there is none: %s', async (_, prices, kellyEdge, equity, expected) => {
    const { play, hours } = await playOf(five(...prices));
    const { size: found, inputs, notes, reasons } = play.decision(hours);
    expect(found).toMatchObject({ risk: 0.00125, kellyEdge });
    expect(inputs.equity).toBe(equity);
    expect(size(play, hours)).toBe(expected);
    expect(notes).toEqual(['KELLY_NEGATIVE']);
    expect(reasons).toContain(noEdge);
    expect(play.report.notes).toEqual({ KELLY_NEGATIVE: 1 });
  });

  it('risks nothing then only where the config says so', async () => {
    const { play, hours } = await playOf(five(98, 98), { kellyProbe: 0 });
    expect(play.outcome(hours)).toBe('SIZE_BELOW_MIN');
    expect(size(play, hours)).toBe('N1 0 0');
    expect(play.decision(hours).notes).toEqual(['KELLY_NEGATIVE']);
  });

  it('no further than it is told: what lies before the last ten does not count', async () => {
    const { play, hours } = await playOf([98, 98, ...five(102.02, 98)], { kellyPositions: 10 });
    expect(play.decision(hours).size).toMatchObject({ risk: 0.002475 });
    const lost = await playOf([102, 102, ...five(98, 98)], { kellyPositions: 10 });
    expect(lost.play.decision(lost.hours).reasons).toContain(noEdge);
  });
});
