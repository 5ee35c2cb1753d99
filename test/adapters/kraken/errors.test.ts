import { describe, expect, it } from 'vitest';
import {
  classOf,
  type ErrorClass,
  isCounterFull,
  isKeyProblem,
  isThrottling,
} from '../../../shared/adapters/kraken/errors.ts';

/** The strings and statuses that the reference lists, and what each says of an order. */
const known: Readonly<Record<ErrorClass, readonly string[]>> = {
  refused: [
    'EGeneral:Invalid arguments',
    'EGeneral:Invalid arguments:volume',
    'EOrder:Cost minimum not met',
    'EOrder:Insufficient funds',
    'EOrder:Insufficient margin',
    'EOrder:Invalid price',
    'EOrder:Order minimum not met',
    'EOrder:Post only order',
    'EOrder:Tick size check failed',
    'EOrder:Unknown order',
    'EQuery:Invalid asset pair',
    'EQuery:Unknown asset pair',
  ],
  later: [
    'EAPI:Invalid nonce',
    'EAPI:Rate limit exceeded',
    'EGeneral:Temporary lockout',
    'EGeneral:Too many requests',
    'EOrder:Orders limit exceeded',
    'EOrder:Rate limit exceeded',
    'EService: Throttled: 1741500000',
    'EService:Deadline elapsed',
    'EService:Market in cancel_only mode',
    'EService:Market in post_only mode',
    'EService:Throttled: 1741500000',
  ],
  misconfigured: [
    'EAPI:Feature disabled',
    'EAPI:Invalid key',
    'EAPI:Invalid signature',
    'EAccount:Invalid permissions:BTC trading restricted for US:XX',
    'EGeneral:Permission denied',
    'EOrder:Trading agreement required',
    'ETrade:User Locked',
  ],
  unknown: [
    'EGeneral:Internal error',
    'EGeneral:Internal error[ab12]',
    'EGeneral:Invalid arguments:cl_ord_id',
    'EService:Busy',
    'EService:Timeout',
    'EService:Unavailable',
    ...[403, 429, 500, 502, 503, 504, 520, 522, 525].map((status) => `HTTP ${status}`),
  ],
};

describe('an answer of Kraken', () => {
  it('has a class for each of the 36 strings and 9 statuses of the reference', () => {
    expect(Object.values(known).flat()).toHaveLength(36 + 9);
    for (const [name, errors] of Object.entries(known))
      for (const error of errors) expect(classOf([error]), error).toBe(name);
  });

  it('that nobody knows may have happened', () => {
    expect(classOf(['EOrder:Something new'])).toBe('unknown');
    expect(classOf(['EOrder:cl_ord_id already in use'])).toBe('unknown');
    expect(classOf([''])).toBe('unknown');
  });

  it('is known by whole words, not by letters that it begins with', () => {
    expect(classOf(['EAPI:Invalid keyword'])).toBe('unknown');
    expect(classOf(['EOrder:Invalid price:Invalid price argument'])).toBe('refused');
    expect(classOf(['EAccounting:Closed'])).toBe('unknown');
  });

  it('of several strings has the gravest class', () => {
    expect(classOf(['EOrder:Insufficient funds', 'EService:Busy'])).toBe('unknown');
    expect(classOf(['EAPI:Rate limit exceeded', 'EAPI:Invalid key'])).toBe('misconfigured');
    expect(classOf(['EAPI:Invalid nonce', 'EOrder:Invalid price'])).toBe('later');
  });

  it('says what to learn from it: a counter that is full, a key that was exchanged', () => {
    const full = known.later.filter(isCounterFull);
    expect(full).toEqual([
      'EAPI:Rate limit exceeded',
      'EGeneral:Temporary lockout',
      'EGeneral:Too many requests',
      'EOrder:Rate limit exceeded',
    ]);
    // Too much at once says nothing of a counter.
    expect(known.later.filter((error) => isThrottling(error) && !full.includes(error))).toEqual([
      'EService: Throttled: 1741500000',
      'EService:Throttled: 1741500000',
    ]);
    expect(known.misconfigured.filter(isKeyProblem)).toEqual(['EAPI:Invalid key', 'EAPI:Invalid signature']);
  });
});
