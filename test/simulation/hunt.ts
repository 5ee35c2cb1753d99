import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Edit, mutants } from './mutants.ts';

/** Lets seeds happen in sources with a mistake until one of them fails: `node hunt.ts TITLE FROM COUNT`. */
const [name = '', from = '1', count = '50'] = process.argv.slice(2);
const root = join(import.meta.dirname, '../..');
const edits = mutants.find(({ title }) => title === name)?.edits ?? [];

for (const { file, from: text } of edits) {
  const times = readFileSync(join(root, file), 'utf8').split(text).length - 1;
  if (times !== 1) throw new Error(`'${text}' is ${times} times in ${file}, and should be there once`);
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = edits.filter(({ file }) => url === pathToFileURL(join(root, file)).href);
    return own.length === 0 ? loaded : { ...loaded, source: own.reduce(edited, String(loaded.source)) };
  },
});

function edited(source: string, { from, to }: Edit): string {
  return source.replace(from, () => to);
}

const { sweep } = await import('./sweep.ts');
const { seeds, failed } = await sweep(Number(from), Number(count), 1);
console.log(JSON.stringify({ seeds, message: failed[0]?.message ?? null }));
