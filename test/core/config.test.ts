import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/core/config.ts';
import { AppError } from '../../shared/core/errors.ts';
import { instancesOf } from '../../shared/core/strategies/instances.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';

const market = { tickDecimals: 1, lotDecimals: 8, minQuantity: '0.00005', minCost: '0.5' };
const least = { symbols: ['BTC/USD'], markets: { 'BTC/USD': market }, strategies: {} };
const parsed = (change: object = {}) => parseConfig({ ...least, ...change }, 'my.yaml');

/** What a person is told about a config. */
function complaint(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a config', () => {
  it('that says only what it must gets the defaults', () => {
    expect(parsed()).toEqual({
      mode: 'paper',
      capital: 10_000,
      symbols: ['BTC/USD'],
      markets: { 'BTC/USD': { ...market, halfSpreadBps: 10 } },
      kraken: { tier: 'starter', baseUrl: 'https://api.kraken.com' },
      fees: { maker: 0.0025, taker: 0.004 },
      costs: { slippageBps: 2, stopSlipBps: 10, stopSlipFall: 0.05, volumeShare: 0.05 },
      ensemble: { threshold: 1.2, minSupporters: 2, minFamilies: 2 },
      risk: {
        riskPerTrade: 0.005,
        maxSymbolFraction: 0.5,
        maxOpen: 2,
        dailyLossMax: 0.02,
        drawdownMax: 0.1,
        cooldownMinutes: 240,
        minAtrFraction: 0.003,
        maxSpreadBps: 10,
        volatilityTarget: 0.15,
        correlationFree: 0.8,
        kellyPositions: 50,
        kellyProbe: 0.25,
      },
      breakers: {
        assetFall: 0.15,
        assetLockMinutes: 240,
        portfolioLoss: 0.1,
        losses: 3,
        lossesLockMinutes: 1440,
        flashMove: 0.05,
      },
      maxLateMinutes: 15,
      entry: 'taker',
      strategies: {},
    });
  });

  it('has each symbol once, in alphabetical order', () => {
    const markets = { 'ETH/USD': market, 'BTC/USD': market };
    const symbols = ['ETH/USD', 'BTC/USD', 'ETH/USD'];
    expect(parsed({ markets, symbols }).symbols).toEqual(['BTC/USD', 'ETH/USD']);
  });

  it.each<[string, string, object]>([
    ['an unknown key', 'Unrecognized key: "capitall"', { capitall: 1 }],
    ['an unknown key within', '→ at risk', { risk: { riskPerTrad: 0.01 } }],
    [
      'an unknown key of a market',
      '→ at markets["BTC/USD"]',
      { markets: { 'BTC/USD': { ...market, tick: 1 } } },
    ],
    ['a risk above its ceiling', '→ at risk.riskPerTrade', { risk: { riskPerTrade: 0.0201 } }],
    ['no risk at all', '→ at risk.riskPerTrade', { risk: { riskPerTrade: 0 } }],
    [
      'more than half of it in one symbol',
      '→ at risk.maxSymbolFraction',
      { risk: { maxSymbolFraction: 0.51 } },
    ],
    ['a capital in quotes', '→ at capital', { capital: '10000' }],
    ['a mode that is none', "✖ expected paper or live (given: 'real')\n  → at mode", { mode: 'real' }],
    [
      'real money without a limit',
      '✖ off is for paper and backtests: with mode live give a fraction\n  → at risk.drawdownMax',
      { mode: 'live', risk: { drawdownMax: 'off' } },
    ],
    ['a symbol in another currency', 'a pair quoted in USD, such as BTC/USD', { symbols: ['BTC/EUR'] }],
    ['no symbol', '→ at symbols', { symbols: [] }],
    ['an amount that is a number', '→ at markets["BTC/USD"].minCost', marketWith({ minCost: 0.5 })],
    ['an amount with an exponent', 'a decimal in quotes, such as "0.0001"', marketWith({ minCost: '5e-1' })],
    ['an amount below zero', 'a decimal in quotes, such as "0.0001"', marketWith({ minQuantity: '-1' })],
    ['a threshold of nothing', '→ at ensemble.threshold', { ensemble: { threshold: 0 } }],
    ['entries without supporters', '→ at ensemble.minSupporters', { ensemble: { minSupporters: 0 } }],
    ['an unknown timeframe', '→ at strategies.turtle.timeframes[0]', strategyWith({ timeframes: ['2h'] })],
    ['a strategy on no timeframe', '→ at strategies.turtle.timeframes', strategyWith({ timeframes: [] })],
    ['nothing at all', '✖ missing: expected record\n  → at markets', { markets: undefined }],
    [
      'a limit above its ceiling',
      "expected number to be <=0.1 (given: '0.2')\n  → at risk.dailyLossMax",
      { risk: { dailyLossMax: 0.2 } },
    ],
    ['a limit in other words', "0.3, or off (given: 'none')", { risk: { drawdownMax: 'none' } }],
    ['a market without its rules', '✖ missing: expected number', marketWith({ tickDecimals: undefined })],
  ])('with %s is refused', (_, text, change) => {
    const { code, message, hint } = complaint(() => parsed(change));
    expect(code).toBe('config-invalid');
    expect(message).toMatch(/^my\.yaml has 1 problem\(s\):\n/);
    expect(message).toContain(text);
    expect(hint).toContain('config/*.yaml');
  });

  it.each<[string, string, object]>([
    [
      'a misspelt key',
      `"treshold" (did you mean 'threshold'?)\n  → at ensemble`,
      { ensemble: { treshold: 1 } },
    ],
    [
      'a misspelt key of a market',
      "(did you mean 'minCost'?)",
      { markets: { 'BTC/USD': { ...market, min_cost: '1' } } },
    ],
    ['a misspelt section', "(did you mean 'fees'?)", { fee: { maker: 0 } }],
    ['a key in the wrong place', "(did you mean 'risk.riskPerTrade'?)", { risk_per_trade: 0.01 }],
    [
      'a key that is none of a few',
      '"entry" (there are enabled, timeframes, params)',
      strategyWith({ entry: 20 }),
    ],
    ['a key like no other', '✖ Unrecognized key: "lever"', { lever: 3 }],
    ['a symbol in small letters', "(given: 'btc-usd') (did you mean 'BTC/USD'?)", { symbols: ['btc-usd'] }],
    ['a swapped symbol', "(there are BTC/USD) (did you mean 'BTC/USD'?)", { symbols: ['BCT/USD'] }],
    [
      'a market that is no pair',
      "(given: 'BTC/UDS') (did you mean 'BTC/USD'?)\n  → at markets",
      { markets: { 'BTC/USD': market, 'BTC/UDS': market } },
    ],
  ])('with %s is told what was probably meant', (_, text, change) => {
    expect(complaint(() => parsed(change)).message).toContain(text);
  });

  it('names each of several unknown keys of one place', () => {
    const { message } = complaint(() => parsed({ ensemble: { treshold: 1, minFamilys: 1 } }));
    expect(message).toMatch(/^my\.yaml has 2 problem\(s\):\n/);
    expect(message).toContain("did you mean 'threshold'?");
    expect(message).toContain("did you mean 'minFamilies'?");
  });

  it('shows how to describe a market that nobody described', () => {
    const { hint } = complaint(() => parsed({ symbols: ['SOL/USD'] }));
    expect(hint).toContain('markets: { SOL/USD: { tickDecimals: 2,');
  });

  it('may risk two per cent', () => {
    expect(parsed({ risk: { riskPerTrade: 0.02 } }).risk.riskPerTrade).toBe(0.02);
  });

  it('with a symbol that has no market is refused by name', () => {
    const { message } = complaint(() => parsed({ symbols: ['SOL/USD', 'BTC/USD', 'XRP/USD'] }));
    expect(message).toBe(
      "my.yaml has 2 problem(s):\n✖ 'SOL/USD' not under markets (there are BTC/USD)\n  → at symbols\n" +
        "✖ 'XRP/USD' not under markets (there are BTC/USD)\n  → at symbols",
    );
  });

  it('with several faults names each', () => {
    const { message } = complaint(() => parsed({ capital: -1, lever: 3, risk: { riskPerTrade: 1 } }));
    expect(message).toContain('3 problem(s)');
    for (const path of ['lever', 'capital', 'risk.riskPerTrade']) expect(message).toContain(path);
  });
});

function marketWith(change: object) {
  return { markets: { 'BTC/USD': { ...market, ...change } } };
}

function strategyWith(change: object) {
  return { strategies: { turtle: change } };
}

describe('the instances of a config', () => {
  const instances = (strategies: object) => instancesOf(parsed({ strategies }));

  it('are each strategy on each of its timeframes, in the alphabetical order of their ids', () => {
    const all = instances({ turtle: { timeframes: ['4h', '1d', '4h'] }, trend_ema: {} });
    expect(all.map(({ id }) => id)).toEqual(['trend_ema@4h', 'turtle@1d', 'turtle@4h']);
    expect(all[0]?.params).toMatchObject({ fast: 20, slow: 50 });
  });

  it('leave out what is disabled', () => {
    expect(instances({ turtle: { enabled: false }, trend_ema: {} }).map(({ id }) => id)).toEqual([
      'trend_ema@4h',
    ]);
  });

  it('of an unknown strategy are refused with those that there are', () => {
    const { code, message } = complaint(() => instances({ turtel: {} }));
    expect(code).toBe('config-invalid');
    expect(message).toContain(`there are ${strategies.map(({ id }) => id).join(', ')}`);
    expect(message).toContain("(did you mean 'turtle'?)\n  → at strategies.turtel");
  });

  it.each([
    [{ range: 0 }, '→ at strategies.turtle.params.range'],
    [{ entri: 20 }, `Unrecognized key: "entri" (did you mean 'entry'?)\n  → at strategies.turtle.params`],
    [{ entry: 10, exit: 11 }, 'exit must not be longer than entry'],
    // Its first possible vote is on row 720 of rows 0 to 719.
    [{ entry: 720 }, 'on 4h it would never vote: it needs 721 candles, a decision sees 720'],
    // 101 candles for the first value, and ln(1e-11) / ln(1 − 1 / 100) = 2520.1 until it is forgotten.
    [
      { range: 100 },
      'on 4h it looks back on 2622 candles, a decision sees 720 (docs/config.md says how long averages may be)\n  → at strategies.turtle.params',
    ],
  ])('with the parameters %j are refused', (params, text) => {
    const { message } = complaint(() => instances({ turtle: { params } }));
    expect(message).toMatch(/^the config has 1 problem\(s\):/);
    expect(message).toContain(text);
  });

  it.each([
    [
      'dual_thrust',
      '1d',
      'dual_thrust means nothing on 1d candles: use 4h or shorter ones\n  → at strategies.dual_thrust.timeframes',
    ],
    [
      'vwap_bounce',
      '1d',
      'vwap_bounce means nothing on 1d candles: use 4h or shorter ones\n  → at strategies.vwap_bounce.timeframes',
    ],
    // A week has 7 × 288 candles of 5m; four days have 4 × 288; a day has 1440 of 1m.
    [
      'velociraptor',
      '5m',
      'on 5m it looks back on 2016 candles, a decision sees 720 (docs/config.md says how long averages may be)\n  → at strategies.velociraptor.params',
    ],
    ['dual_thrust', '5m', 'on 5m it would never vote: it needs 1153 candles, a decision sees 720'],
    ['vwap_bounce', '1m', 'on 1m it looks back on 1440 candles, a decision sees 720'],
  ])('of %s on %s are refused', (id, timeframe, text) => {
    const { code, message } = complaint(() => instances({ [id]: { timeframes: ['4h', timeframe] } }));
    expect(code).toBe('config-invalid');
    expect(message).toContain(text);
  });

  it.each([
    // 301 + 7586 candles of the average true range, and 100 for each of two ranges of distance; the turn is one more.
    ['supertrend', { range: 300 }, 'on 4h it looks back on 8088 candles, a decision sees 720'],
    // 500 + 6333 of the average, of which a cross of three candles ago is asked.
    ['trend_ema', { slow: 500 }, 'on 4h it looks back on 6836 candles, a decision sees 720'],
    // What is asked of a candle some hundreds ago is not remembered either.
    ['trend_ema', { fresh: 100 }, 'on 4h it looks back on 784 candles, a decision sees 720'],
  ])('of %s with %j are refused: its averages remember more than a decision sees', (id, params, text) => {
    const { message } = complaint(() => instances({ [id]: { params } }));
    expect(message).toContain(
      `${text} (docs/config.md says how long averages may be)\n  → at strategies.${id}.params`,
    );
  });

  it.each([
    ['trend_ema', { slow: 50 }],
    ['turtle', { entry: 55, exit: 20, range: 20 }],
    ['supertrend', { range: 10, distance: 3 }],
    ['supertrend', { range: 14, distance: 3 }],
    ['turtle', { range: 27 }],
  ])('of %s with %j are taken', (id, params) => {
    expect(instances({ [id]: { params } })).toHaveLength(1);
  });

  it.each([
    ['dual_thrust', '15m'],
    ['vwap_bounce', '5m'],
    ['velociraptor', '15m'],
  ])('of %s on %s are taken', (id, timeframe) => {
    expect(instances({ [id]: { timeframes: [timeframe] } })).toHaveLength(1);
  });

  it('may look back on all that a decision sees', () => {
    expect(instances({ turtle: { params: { entry: 719 } } })).toHaveLength(1);
  });

  it('are refused for wrong parameters even while disabled', () => {
    expect(() => instances({ turtle: { enabled: false, params: { range: 0 } } })).toThrow(AppError);
  });
});
