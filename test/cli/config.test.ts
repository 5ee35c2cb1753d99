import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';
import { onlyStrategies } from '../helpers/chosen-strategies.ts';
import { filesIn, jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');

function configOf(text: string): string {
  const file = join(folder, 'my.yaml');
  writeFileSync(file, text);
  return file;
}

const strategyIds = strategies.map(({ id }) => id);
const verbs = [['start', '--once', '--source', 'synthetic'], ['status'], ['candles', 'list']];

it.each([
  ['riskPerTrad: 0.1', '✖ Unrecognized key: "riskPerTrad"'],
  [
    'risk: { riskPerTrade: 0.5 }',
    "✖ Too big: expected number to be <=0.02 (given: '0.5')\n  → at risk.riskPerTrade",
  ],
  ['capital: "10"', "✖ Invalid input: expected number, received string (given: '10')\n  → at capital"],
  ['mode: liv', "✖ expected paper or live (given: 'liv')\n  → at mode"],
  [
    'mode: live\nrisk: { drawdownMax: off }',
    '✖ off is for paper and backtests: with mode live give a fraction\n  → at risk.drawdownMax',
  ],
  [
    'mode: live\nrisk: { dailyLossMax: off }',
    '✖ off is for paper and backtests: with mode live give a fraction\n  → at risk.dailyLossMax',
  ],
  ...['http://api.kraken.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'https://a:b@c.de'].map(
    (url): [string, string] => [
      `kraken: { baseUrl: "${url}" }`,
      `✖ expected an https:// address, or http:// on this machine (given: '${url}')\n  → at kraken.baseUrl`,
    ],
  ),
  ['kraken: { tier: platinum }', '"starter"|"intermediate"|"pro" (given: \'platinum\')\n  → at kraken.tier'],
  ['strategies: { moon: {} }', '✖ no such strategy; there are trend_ema, '],
  ['strategies: { turtle: { params: { lookback: 3 } } }', '✖ Unrecognized key: "lookback"'],
  ['strategies: { turtle: { timeframes: [1w] } }', '→ at strategies.turtle.timeframes[0]'],
  [
    `strategies: { ${strategyIds.map((id) => `${id}: { enabled: false }`).join(', ')} }`,
    '✖ no strategy is enabled: nothing would ever decide\n  → at strategies',
  ],
  [
    'symbols: [btc]',
    "✖ expected a pair quoted in USD, such as BTC/USD (given: 'btc') (did you mean 'BTC/USD'?)\n  → at symbols[0]",
  ],
  ['symbols: [SOL/USD]', "✖ 'SOL/USD' not under markets (there are BTC/USD, ETH/USD)\n  → at symbols"],
  [
    'a: [1\nb: {',
    '✖ Flow sequence in block collection must be sufficiently indented and end with a ] at line 2',
  ],
  ['a sentence', '✖ expected fields such as `capital: 10000`'],
])('a config of %j is refused by every verb, with the field', async (text, told) => {
  const file = configOf(text);
  for (const verb of verbs) {
    const { code, stdout, stderr } = await runCli(...verb, '--config', file, '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^config-invalid: .* has 1 problem\(s\):\n/);
    expect(stderr).toContain(told);
    expect(stderr).toMatch(/\n {2}→ (Correct the fields above; |Add it with Kraken's rules ).*\n$/);
  }
  expect(filesIn(data)).toEqual({});
});

it('mode live takes the limits of paper, and a simulated Kraken on this machine', async () => {
  for (const url of [
    'http://127.0.0.1:8080',
    'http://localhost:1/',
    'http://[::1]:80',
    'https://example.com',
  ])
    expect(loadConfig(configOf(`mode: live\nkraken: { baseUrl: "${url}" }`))).toMatchObject({
      mode: 'live',
      kraken: { tier: 'starter', baseUrl: url },
    });
  expect(loadConfig(configOf('risk: { drawdownMax: off, dailyLossMax: off }')).mode).toBe('paper');
  expect(loadConfig(join(import.meta.dirname, '../../config/live.yaml'))).toEqual({
    ...loadConfig(),
    mode: 'live',
  });
});

it('a config file that cannot be read is named', async () => {
  for (const [file, reason] of [
    [join(folder, 'missing.yaml'), 'there is none'],
    [folder, 'it is a folder'],
  ] as const)
    expect(await runCli('status', '--config', file, '--data', data)).toEqual({
      code: 1,
      stdout: '',
      stderr: `config-invalid: Config file '${file}' cannot be read: ${reason}.\n  → Name a YAML file that exists and that you may read.\n`,
    });
});

it('a symbol that is added as its refusal says is traded', async () => {
  const refused = await runCli('status', '--config', configOf('symbols: [SOL/USD]'), '--data', data);
  const [, markets = ''] = /for example (markets: .*)\n$/.exec(refused.stderr) ?? [];
  const file = configOf(`symbols: [BTC/USD, SOL/USD]\ncapital: 5000\n${markets}\n`);
  const words = ['start', '--once', '--source', 'synthetic', '--config', file, '--data', data];
  expect(await jsonOf(...words)).toMatchObject({
    equity: '5000',
    decisions: [{ symbol: 'BTC/USD' }, { symbol: 'SOL/USD' }],
  });
});

it('strategies on longer or shorter candles tick at theirs, on the made-up market, too', async () => {
  const tickOf = async (timeframe: string) => {
    const one = `{ timeframes: [${timeframe}] }`;
    const file = configOf(onlyStrategies({ turtle: one, supertrend: one }));
    const words = ['start', '--source', 'synthetic', '--config', file, '--data', join(folder, timeframe)];
    const ticks = [];
    for (let i = 0; i < 2; i++) ticks.push(await jsonOf(...words, '--once'));
    return ticks;
  };
  const firstMs = Date.UTC(2025, 0, 1);
  for (const [timeframe, lengthMs] of [
    ['15m', 900_000],
    ['1d', 86_400_000],
  ] as const)
    expect(await tickOf(timeframe)).toMatchObject([
      { lastTickMs: firstMs, decisions: [{ code: null }, { code: null }] },
      { lastTickMs: firstMs + lengthMs, decisions: [{ code: null }, { code: null }] },
    ]);
  const fine = configOf('strategies: { turtle: { timeframes: [1m] } }');
  const { code, stderr } = await runCli('start', '--source', 'synthetic', '--config', fine, '--data', data);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^candles-missing: turtle@1m cannot decide: the SYNTHETIC market's finest candles are 15m\./,
  );
});
