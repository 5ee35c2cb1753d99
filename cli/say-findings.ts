import type { Finding } from '../shared/core/finding.ts';
import { green, red, say, yellow } from './screen.ts';

/** How a level is shown. */
export const levelLabels = { ok: green('ok  '), warn: yellow('warn'), fail: red('FAIL') };

/** Prints what was found, with what to do about it. */
export function sayFindings(findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const { level, subject, text, remedy } of findings) {
    const [first = '', ...rest] = text.split('\n');
    say(`${levelLabels[level]}  ${subject.padEnd(width)}  ${first}`);
    for (const line of rest) say(`        ${line}`);
    if (remedy !== null) say(`      → ${remedy}`);
  }
}
