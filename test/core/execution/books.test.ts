import { describe, expect, it } from 'vitest';
import { fillReason } from '../../../shared/core/execution/books.ts';
import { ratchet, requestExit } from '../../../shared/core/execution/position.ts';
import { positionOf, TICK_MS } from '../../helpers/decisions.ts';

describe('a fill is booked', () => {
  const position = positionOf();
  const leaving = requestExit(position, 'TIME', TICK_MS);

  it.each([
    ['ENTRY', 'of an entry that opens a position', 'entry', undefined],
    ['ENTRY', 'of the further part of an entry', 'entry', position],
    ['STOP', 'of a stop that never moved', 'stop', position],
    ['TRAIL', 'of a stop that was ratcheted', 'stop', ratchet(position, [98], 1)],
    ['TIME', 'of a sale that was decided', 'exit', leaving],
    ['TIME', 'of the stop that filled while the sale was under way', 'stop', leaving],
  ] as const)('as %s %s', (reason, _, purpose, held) => {
    expect(fillReason(purpose, held)).toBe(reason);
  });

  it('only of what is held, unless it is an entry', () => {
    expect(() => fillReason('stop', undefined)).toThrow('Bug: a fill of stop without a position');
  });
});
