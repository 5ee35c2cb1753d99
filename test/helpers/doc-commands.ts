import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A command line that a page tells a person to type. */
export interface DocCommand {
  readonly page: string;
  /** Counted from 1. */
  readonly line: number;
  /** As it stands there, without prompt and comment. */
  readonly text: string;
  /** Words of it, without quotes. */
  readonly words: readonly string[];
}

/** README, everything below docs, and the page of the bench. */
export function documentPages(): readonly string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  return ['README.md', 'bench/README.md', ...pages.sort()];
}

/** The command lines of a page, in its order: of fenced blocks, and of code within the text. */
export function commandsOf(page: string): readonly DocCommand[] {
  return commandsIn(page, readFileSync(join(root, page), 'utf8'));
}

/** The same of a text. */
export function commandsIn(page: string, markdown: string): readonly DocCommand[] {
  const commands: DocCommand[] = [];
  let isFenced = false;
  for (const [at, line] of markdown.split('\n').entries()) {
    if (line.startsWith('```')) {
      isFenced = !isFenced;
      continue;
    }
    const told = isFenced ? [line] : [...line.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    const texts = told.flatMap((code) => code.split(' && ')).map(bare);
    for (const text of texts.filter((one) => COMMAND.test(one)))
      commands.push({ page, line: at + 1, text, words: wordsOf(text) });
  }
  return commands;
}

/** What is a command of this project. Those of AWS need an account there; the pages say that they were not tried on one. */
const COMMAND = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|hot-crypto|cdk|bash) \S/;

function bare(text: string): string {
  return text
    .trim()
    .replace(/^\$ /, '')
    .replace(/\s+#.*$/, '');
}

function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
}
