import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../shared/core/decimal.ts';
import { krakenDesk } from './desk.ts';
import { at, buy, ID, limit, openedBook, placed } from './opened-book.ts';
import { krakenSession } from './session.ts';

describe('the desk of a key', () => {
  it('refuses the sixty-first order of a starter on a pair at once, whatever became of the others', () => {
    const book = openedBook();
    const desk = krakenDesk(book, krakenSession({ tier: 'starter' }));
    for (let i = 0; i < 60; i++) desk.add({ ...buy, volume: i % 2 ? 1n : unitsOf('0.0001') }, at(10));
    expect(desk.add(buy, at(10))).toEqual({ error: 'EOrder:Rate limit exceeded' });
    expect(desk.add({ ...buy, pair: 'ETH/USD' }, at(10))).toEqual({ error: 'EService:Unavailable' });
    expect(book.orders.size).toBe(30);
    placed(desk.add(buy, at(1_010)));
  });

  it('counts the cancel of a young order eightfold, of an old one not at all', () => {
    const book = openedBook();
    const desk = krakenDesk(book, krakenSession({ tier: 'starter' }));
    const cancelled = (ageMs: number, nowMs: number) => {
      placed(book.add({ ...limit, clOrdId: ID }, at(nowMs - ageMs)));
      const answer = desk.cancel({ clOrdId: ID }, at(nowMs));
      book.cancel({ clOrdId: ID }, at(nowMs));
      return answer;
    };
    const answers = Array.from({ length: 8 }, () => cancelled(0, 400_000));
    expect(answers.map((answer) => 'error' in answer)).toEqual([...Array(7).fill(false), true]);
    expect(cancelled(300_000, 400_000)).toEqual({ count: 1 });
    expect(desk.cancel({ clOrdId: ID }, at(400_000))).toEqual({ error: 'EOrder:Unknown order' });
  });

  it('counts an amend dearer soon after the last one', () => {
    const book = openedBook();
    const desk = krakenDesk(book, krakenSession({ tier: 'starter' }));
    placed(book.add({ ...limit, clOrdId: ID }, at(0)));
    const amends = Array.from({ length: 16 }, () =>
      desk.amend({ clOrdId: ID }, { volume: unitsOf('0.02') }, at(20_000)),
    );
    // 1 for the first, 4 for each of the next: 1 + 14 × 4 = 57, and 61 is above 60
    expect(amends.map((answer) => 'error' in answer)).toEqual([...Array(15).fill(false), true]);
  });
});
