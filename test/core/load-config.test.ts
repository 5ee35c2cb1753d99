import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, traceConfig } from '../../config/load.ts';
import { AppError } from '../../shared/core/errors.ts';
import { instancesOf } from '../../shared/core/strategies/instances.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

function complaintAbout(file: string): AppError {
  try {
    loadConfig(file);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`${file} was not refused`);
}

describe('the config of the project', () => {
  const config = loadConfig();

  it('trades BTC and ETH on paper with 10,000 USD and half a per cent at risk', () => {
    expect(config).toMatchObject({
      mode: 'paper',
      capital: 10_000,
      symbols: ['BTC/USD', 'ETH/USD'],
      risk: { riskPerTrade: 0.005 },
      fees: { maker: 0.0025, taker: 0.004 },
    });
    // execution §6: modelled half-spread of 1 bp for BTC, 2 for ETH; slippage 2 bps
    expect(config.markets['BTC/USD']?.halfSpreadBps).toBe(1);
    expect(config.markets['ETH/USD']?.halfSpreadBps).toBe(2);
    expect(config.costs).toEqual({ slippageBps: 2, stopSlipBps: 10, stopSlipFall: 0.05, volumeShare: 0.05 });
  });

  it('wants two supporters of two families, among twenty instances of sixteen strategies', () => {
    expect(config.ensemble).toEqual({ threshold: 1.2, minSupporters: 2, minFamilies: 2 });
    expect(instancesOf(config).map(({ id }) => id)).toEqual([
      'dual_thrust@4h',
      'grid_ladder@4h',
      'ichimoku@1d',
      'ichimoku@4h',
      'macd_crossover@4h',
      'mean_reversion_bb@4h',
      'rsi_divergence@4h',
      'rubber_band@4h',
      'squeeze_breakout@4h',
      'supertrend@1d',
      'supertrend@4h',
      'trend_ema@1d',
      'trend_ema@4h',
      'triple_momentum@4h',
      'turtle@1d',
      'turtle@4h',
      'velociraptor@4h',
      'volatility_hunter@4h',
      'volatility_squeeze@4h',
      'vwap_bounce@4h',
    ]);
  });
});

describe('a config file of one’s own', () => {
  it('changes what it names and nothing beside it', () => {
    const file = fileOf('risk: { riskPerTrade: 0.01 }\nstrategies: { turtle: { params: { entry: 55 } } }\n');
    const { risk, strategies, ...rest } = loadConfig(file);
    const own = loadConfig();
    expect(risk).toEqual({ ...own.risk, riskPerTrade: 0.01 });
    expect(strategies['turtle']).toEqual({
      ...own.strategies['turtle'],
      params: { entry: 55, exit: 10, range: 20, stop: 2 },
    });
    expect(strategies['trend_ema']).toEqual(own.strategies['trend_ema']);
    expect(rest).toMatchObject({ capital: own.capital, markets: own.markets, ensemble: own.ensemble });
  });

  it('replaces lists whole', () => {
    const config = loadConfig(fileOf('symbols: [ETH/USD]\nstrategies: { turtle: { timeframes: [1d] } }\n'));
    expect(config.symbols).toEqual(['ETH/USD']);
    expect(config.strategies['turtle']?.timeframes).toEqual(['1d']);
  });

  it('can be written from what config/*.yaml show: every field stands there with its default', () => {
    const shown = ['paper', 'strategies', 'markets', 'live'].map((name) =>
      readFileSync(join(import.meta.dirname, `../../config/${name}.yaml`), 'utf8'),
    );
    const fields = (tree: object): string[] =>
      Object.entries(tree).flatMap(([key, value]) =>
        typeof value === 'object' && !Array.isArray(value) ? [key, ...fields(value)] : [key],
      );
    const { markets, strategies: chosen, ...rest } = loadConfig();
    const params = strategies.flatMap(({ id, params: schema }) => {
      expect(chosen[id]?.params, id).toEqual(schema.parse({}));
      return Object.keys(chosen[id]?.params ?? {});
    });
    const missing = [...fields(rest), ...fields(markets), ...fields(chosen), ...params].filter(
      (field) => !shown.some((text) => text.includes(`${field}:`)),
    );
    expect(missing).toEqual([]);
  });

  it('may be empty', () => {
    expect(loadConfig(fileOf('# nothing yet\n'))).toEqual(loadConfig());
  });

  it('is refused by its name and the field', () => {
    const file = fileOf('risk:\n  riskPerTrade: 0.05\n');
    const { code, message } = complaintAbout(file);
    expect(code).toBe('config-invalid');
    expect(message).toBe(
      `${file} has 1 problem(s):\n✖ Too big: expected number to be <=0.02 (given: '0.05')\n  → at risk.riskPerTrade`,
    );
  });

  it.each([
    ['an open bracket', 'symbols: [BTC/USD\ncapital: 1\n', 'at line 2'],
    ['a key twice', 'capital: 1\ncapital: 2\n', 'unique'],
    ['two documents', 'capital: 1\n---\ncapital: 2\n', 'multiple documents'],
    ['a list', '- BTC/USD\n', 'expected fields such as `capital: 10000`'],
    ['a sentence', 'trade more\n', 'expected fields such as `capital: 10000`'],
    ['nothing where fields belong', 'risk:\n', '→ at risk'],
  ])('with %s is refused', (_, text, told) => {
    const file = fileOf(text);
    const { code, message } = complaintAbout(file);
    expect(code).toBe('config-invalid');
    expect(message).toContain(file);
    expect(message).toContain(told);
  });

  it.each([
    ['missing.yaml', 'there is none'],
    ['.', 'it is a folder'],
  ])('that cannot be read (%s) is named with the reason and a remedy', (name, reason) => {
    const file = join(folder, name);
    expect(complaintAbout(file)).toMatchObject({
      code: 'config-invalid',
      message: `Config file '${file}' cannot be read: ${reason}.`,
      hint: 'Name a YAML file that exists and that you may read.',
    });
  });

  it('is named when its strategies are wrong', () => {
    const file = fileOf('strategies: { turtel: {} }\n');
    expect(complaintAbout(file).message).toMatch(`${file} has 1 problem(s):\n✖ no such strategy; `);
  });
});

describe('the origin of a value', () => {
  const originsOf = (text: string, ...paths: readonly string[]) => {
    const file = fileOf(text);
    const { originOf } = traceConfig(file);
    return paths.map((path) => originOf(path.split('.')).replace(file, 'mine'));
  };

  it('is the last file that wrote it', () => {
    const text = 'risk: { maxOpen: 1 }\nsymbols: [ETH/USD]\nmarkets: { ETH/USD: { halfSpreadBps: 3 } }\n';
    const paths = [
      'risk.maxOpen',
      'risk.riskPerTrade',
      'symbols',
      'markets.ETH/USD.halfSpreadBps',
      'markets.ETH/USD.minCost',
      'strategies.turtle.params.entry',
    ];
    expect(originsOf(text, ...paths)).toEqual([
      'mine',
      'config/paper.yaml',
      'mine',
      'mine',
      'config/markets.yaml',
      'config/strategies.yaml',
    ]);
  });

  it('is the schema’s default where nobody wrote it', () => {
    const market = '{ tickDecimals: 2, lotDecimals: 8, minQuantity: "0.02", minCost: "0.5" }';
    expect(originsOf(`markets: { SOL/USD: ${market} }\n`, 'markets.SOL/USD.halfSpreadBps')).toEqual([
      'default',
    ]);
  });

  it('is the file, too, when that says what was said before', () => {
    expect(originsOf('mode: paper\n', 'mode', 'capital')).toEqual(['mine', 'config/paper.yaml']);
  });
});
