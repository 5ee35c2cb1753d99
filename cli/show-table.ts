import type { Span } from '../shared/app/results.ts';
import type { Opened } from './accounts.ts';
import type { Column, Row } from './print-rows.ts';

/** Gives the rows of a span, a page at a time. Called again it gives at least what has changed since. */
type Read = (span: Span) => AsyncGenerator<readonly Row[]>;

/** A table of an account. */
export interface Table {
  readonly about: string;
  /** What is said when it has no row. */
  readonly empty: string;
  readonly columns: readonly Column[];
  /** Names a row that may change; without it each call gives what is new since the last one. */
  readonly nameOf?: (row: Row) => string;
  /** Its rows are of the end of what they tell: the 00:00 after the last day is in, the one that begins the first is not. */
  readonly isOfEnds?: boolean;
  /** Shown whole whenever a row changes. */
  readonly isWhole?: boolean;
  readonly open: (opened: Opened) => Read;
}

/** A column of text. @param width 0 leaves it out on the screen */
export const text = (key: string, title: string, width: number): Column => ({
  key,
  title,
  kind: 'text',
  width,
});

/** A column of decimal text. */
export const amount = (key: string, title: string, width: number): Column => ({
  key,
  title,
  kind: 'decimal',
  width,
});

/** A column of USD, to the cent on the screen. */
export const money = (key: string, title: string, width: number): Column => ({
  key,
  title,
  kind: 'money',
  width,
});

/** A column of instants. */
export const at = (key: string, title: string, width = 16): Column => ({ key, title, kind: 'ms', width });
