/** A change of one text of a source, which must be there exactly once. */
export interface Edit {
  /** From the root of the project. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A deliberate mistake. */
export interface Mutant {
  readonly title: string;
  readonly edits: readonly Edit[];
}

const place = 'shared/app/place.ts';
const reconcile = 'shared/app/reconcile.ts';

export const mutants: readonly Mutant[] = [
  {
    title: 'sends again, blindly, what had no answer',
    edits: [
      { file: place, from: "order.purpose !== 'stop' || ", to: '' },
      { file: place, from: 'await lookedUp(session, sent)', to: 'sent' },
    ],
  },
  {
    title: 'does not look among the orders that have ended',
    edits: [
      {
        file: 'test/simulation/exchange.ts',
        from: 'return ended && exchangeOrderOf(ended, shownOf(venue, ended))',
        to: 'return ended && undefined',
      },
    ],
  },
  {
    title: 'sends again before the deadline of the former sending',
    edits: [{ file: 'shared/app/resolve.ts', from: 'mark.deadlineMs + waits[purpose].marginMs', to: '0' }],
  },
  {
    title: 'names an order by chance',
    edits: [
      {
        file: 'shared/core/execution/client-id.ts',
        from: `|\${purpose}|\${number}\`);`,
        to: `|\${purpose}|\${number}|\${Math.random()}\`);`,
      },
    ],
  },
  {
    title: 'applies a fill without its condition',
    edits: [
      {
        file: reconcile,
        from: 'found.fills.filter(({ id }) => !order.fillIds.includes(id))',
        to: 'found.fills',
      },
      {
        file: reconcile,
        from: 'keys.fill(account, { atMs: fill.atMs, id: fill.id })',
        to: "keys.fill(account, { atMs: fill.atMs, id: fill.id + (order.fillIds.includes(fill.id) ? ' again' : '') })",
      },
    ],
  },
  {
    title: 'reads the breakers outside the transaction that enters',
    edits: [{ file: 'shared/app/tick.ts', from: '...journal, ...closed.checks]', to: '...journal]' }],
  },
  {
    title: 'writes without a check of the lease',
    edits: [
      {
        file: 'shared/app/commit.ts',
        from: '...(changes.items ?? []), lease.check]',
        to: '...(changes.items ?? [])]',
      },
    ],
  },
  {
    title: 'builds the request from the clock, not from the mark',
    edits: [
      {
        file: place,
        from: 'place(requestOf(session, marked), { atMs, mark })',
        to: 'place(requestOf(session, marked), { atMs, mark: { ...mark, deadlineMs: trader.wallMs() + 10_000 } })',
      },
    ],
  },
];
