import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each layer may import, besides itself. An arrow not drawn here does not exist. */
const layers: Record<string, readonly RegExp[]> = {
  'shared/core/': [/^zod$/],
  'shared/ports/': [/^shared\/core\//],
  'shared/app/': [/^shared\/(core|ports)\//, /^zod$/],
  'shared/adapters/': [
    /^shared\/(core|ports)\//,
    /^(zod|ccxt|hyparquet|hyparquet-writer)$/,
    /^@aws-sdk\//,
    /^node:/,
  ],
  'config/': [/^shared\/core\//, /^(zod|yaml)$/, /^node:/],
  'functions/': [/^shared\//, /^config\//, /^zod$/, /^@aws-/, /^@middy\//, /^aws-lambda$/, /^node:/],
  'cli/': [/^shared\//, /^config\//, /^(commander|zod)$/, /^node:/],
  'lib/': [/^config\//, /^(aws-cdk-lib|constructs|cdk-nag|esbuild)/, /^node:/],
  'bin/': [/^lib\//, /^config\//, /^shared\/core\/errors\.ts$/, /^aws-cdk-lib/],
};

/** Arrows inside a layer that would join what must stay apart. */
const apart: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
  {
    from: /^shared\/app\/(?!parity\.ts)/,
    to: /^shared\/core\/backtest\//,
    why: 'parity compares two loops: nothing that replay is made of may lean on the engine',
  },
  {
    from: /^shared\/adapters\/(?!.*context)/,
    to: /^shared\/app\//,
    why: 'adapters know ports, not use cases',
  },
  {
    from: /^(?!cli\/context|functions\/context)(cli|functions)\//,
    to: /^shared\/adapters\//,
    why: 'the two context.ts compose; nothing else does',
  },
];

/** The files of the core that may do one thing which the rest of it may not. */
const exceptions: Record<string, RegExp> = {
  'shared/core/market/calendar.ts': /\bnew Date\(/,
  'shared/core/hash.ts': /node:crypto/,
};

const banned =
  /\bDate\.now\b|\bnew Date\b|\bMath\.random\b|\bperformance\.|\brandomUUID\b|\bprocess\.|\bconsole\.|\bfetch\(|\basync\b|\bPromise\b|\bset(?:Timeout|Interval)\b|node:/;

const folders = ['app', 'ports', 'core', 'adapters'];
const coreFolders = [
  'market',
  'indicators',
  'strategies',
  'decision',
  'risk',
  'execution',
  'backtest',
  'scan',
  'tax',
];

const root = join(import.meta.dirname, '..');
const filesIn = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name))
    : [];
const read = (path: string) => ({ path, text: readFileSync(join(root, path), 'utf8') });

const present = Object.keys(layers).filter((layer) => existsSync(join(root, layer)));
const sources = present.flatMap((layer) => filesIn(layer).map((path) => ({ layer, ...read(path) })));
const everything = [...sources, ...['test', 'bench'].flatMap(filesIn).map(read)];

type Source = { readonly path: string; readonly text: string };

const IMPORT =
  /^(?:import|export)\b[^;'"]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

const importsOf = ({ path, text }: Source) =>
  [...text.matchAll(IMPORT)].map(([, named, bare, lazy]) => {
    const target = named ?? bare ?? lazy ?? '';
    return target.startsWith('.') ? normalize(join(path, '..', target)) : target;
  });

const strayArrows = (source: Source & { readonly layer: string }) =>
  importsOf(source)
    .filter(
      (target) =>
        !target.startsWith(source.layer) &&
        !exceptions[source.path]?.test(target) &&
        !layers[source.layer]?.some((allowed) => allowed.test(target)),
    )
    .map((target) => `${source.path} → ${target}`);

const joined = (source: Source) =>
  apart
    .filter(({ from }) => from.test(source.path))
    .flatMap(({ to, why }) =>
      importsOf(source)
        .filter((target) => to.test(target))
        .map((target) => `${source.path} → ${target}: ${why}`),
    );

const isImpure = ({ path, text }: Source) => {
  const allowed = exceptions[path];
  const rest = allowed ? text.replaceAll(new RegExp(allowed, 'g'), '') : text;
  return banned.test(rest);
};

describe('tidy', () => {
  it('looks at every layer that exists', () => {
    for (const layer of present) expect(sources.filter((s) => s.layer === layer)).not.toEqual([]);
  });

  it('has only the arrows drawn above', () => {
    expect(sources.flatMap(strayArrows)).toEqual([]);
    expect(sources.flatMap(joined)).toEqual([]);
  });

  it('bites: a planted arrow, impurity or barrel is found', () => {
    const plant = (path: string, text: string) => ({ layer: 'shared/core/', path, text });
    const arrow = plant('shared/core/risk/x.ts', "import { y } from '../../app/y.ts';");
    expect(strayArrows(arrow)).toHaveLength(1);
    const engine = plant('shared/core/backtest/x.ts', "import { y } from '../../adapters/paper/y.ts';");
    expect(strayArrows(engine)).toHaveLength(1);
    const replay = { path: 'shared/app/tick.ts', text: "import { x } from '../core/backtest/engine.ts';" };
    expect(joined(replay)).toHaveLength(1);
    const verb = { path: 'cli/status.ts', text: "import { x } from '../shared/adapters/sqlite/store.ts';" };
    expect(joined(verb)).toHaveLength(1);
    for (const text of [
      'Date.now()',
      'new Date()',
      'Math.random()',
      'process.env',
      'async () => 1',
      'performance.now()',
    ])
      expect(isImpure({ path: 'shared/core/risk/x.ts', text }), text).toBe(true);
    expect(isImpure({ path: 'shared/core/market/calendar.ts', text: 'new Date(ms).getUTCDay()' })).toBe(
      false,
    );
  });

  it('keeps clock, chance, environment and output out of the core', () => {
    expect(sources.filter((s) => s.layer === 'shared/core/' && isImpure(s)).map((s) => s.path)).toEqual([]);
  });

  it('registers every strategy file', () => {
    const registry = sources.find((s) => s.path === 'shared/core/strategies/registry.ts')?.text ?? '';
    const strays = filesIn('shared/core/strategies')
      .map((path) => path.replace('shared/core/strategies/', './'))
      .filter(
        (name) =>
          !/^\.\/(registry|strategy|instances|band-reversion|memory)\.ts$/.test(name) &&
          !registry.includes(name),
      );
    expect(strays).toEqual([]);
  });

  it('keeps the functions thin', () => {
    const handlers = sources.filter(
      ({ path, text }) => path.startsWith('functions/') && /export const handler\b/.test(text),
    );
    expect(handlers.map(({ path }) => path).length).toBeGreaterThanOrEqual(4);
    expect(
      handlers.filter(({ text }) => text.trimEnd().split('\n').length > 40).map(({ path }) => path),
    ).toEqual([]);
  });

  it('fits every file on a few screens', () => {
    expect(everything.filter((s) => s.text.split('\n').length > 300).map((s) => s.path)).toEqual([]);
  });

  it('knows every folder', () => {
    const under = (folder: string) =>
      existsSync(join(root, folder))
        ? readdirSync(join(root, folder), { withFileTypes: true }).filter((e) => e.isDirectory())
        : [];
    expect(under('shared').filter((e) => !folders.includes(e.name))).toEqual([]);
    expect(under('shared/core').filter((e) => !coreFolders.includes(e.name))).toEqual([]);
  });

  it('imports zod whole, names exports, and has no barrels', () => {
    const offends = ({ path, text }: Source) =>
      /import \{[^}]*\bz\b[^}]*\} from 'zod'/.test(text) || /(^|\/)index\.ts$/.test(path);
    expect(everything.filter((s) => s.path !== 'test/tidy.test.ts' && offends(s)).map((s) => s.path)).toEqual(
      [],
    );
    expect(sources.filter((s) => /^export default/m.test(s.text)).map((s) => s.path)).toEqual([]);
  });
});
