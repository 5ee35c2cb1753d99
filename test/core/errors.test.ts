import { describe, expect, it } from 'vitest';
import { AppError, describeError } from '../../shared/core/errors.ts';

describe('an operating error', () => {
  it('is told in two lines: what happened, and what to do', () => {
    const error = new AppError('not-found', 'There is no account.', 'Start one.');
    expect(describeError(error)).toBe('not-found: There is no account.\n  → Start one.');
  });

  it('keeps its cause', () => {
    const cause = new Error('disk');
    expect(new AppError('state-invalid', 'Unreadable.', 'Restore it.', { cause }).cause).toBe(cause);
  });
});

describe('any other error', () => {
  it.each([
    [new Error('Bug: a price'), 'unexpected: Bug: a price'],
    ['a text', 'unexpected: a text'],
    [undefined, 'unexpected: undefined'],
  ])('is told as unexpected', (error, told) => {
    expect(describeError(error)).toBe(told);
  });
});
