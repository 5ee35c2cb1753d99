import { describe, expect, it } from 'vitest';
import { engineCost, krakenLockout, krakenSession } from './session.ts';

const call = (nonce: string, nowMs = 0, endpoint = 'Balance') => ({ endpoint, nonce, nowMs });

describe('a session at Kraken', () => {
  it('takes a nonce only when it is above every one before', () => {
    const session = krakenSession({ tier: 'pro' });
    expect(session.admit(call('5'))).toBeUndefined();
    for (const nonce of ['5', '4', 'x', '', '-6'])
      expect(session.admit(call(nonce)), nonce).toBe('EAPI:Invalid nonce');
    expect(session.admit(call('6'))).toBeUndefined();
    expect(session.lastNonce()).toBe(6n);
  });

  it('takes an older nonce, even one used, within a window', () => {
    const session = krakenSession({ tier: 'pro', nonceWindow: 3n });
    session.admit(call('10'));
    expect([session.admit(call('8')), session.admit(call('8')), session.admit(call('7'))]).toEqual([
      undefined,
      undefined,
      'EAPI:Invalid nonce',
    ]);
  });

  it('allows fifteen calls at once to a starter, and the next when a point has decayed', () => {
    const session = krakenSession({ tier: 'starter' });
    for (let nonce = 1; nonce <= 15; nonce++) expect(session.admit(call(`${nonce}`))).toBeUndefined();
    expect(session.admit(call('16'))).toBe('EAPI:Rate limit exceeded');
    // 0.33 a second: a point takes 3.03 s
    expect(session.admit(call('17', 3_000))).toBe('EAPI:Rate limit exceeded');
    expect(session.admit(call('18', 3_031))).toBeUndefined();
  });

  it('counts histories double and order calls not at all', () => {
    const session = krakenSession({ tier: 'intermediate' });
    for (let nonce = 1; nonce <= 100; nonce++)
      expect(session.admit(call(`${nonce}`, 0, 'AddOrder'))).toBeUndefined();
    for (let nonce = 101; nonce <= 110; nonce++)
      expect(session.admit(call(`${nonce}`, 0, 'TradesHistory'))).toBeUndefined();
    expect(session.admit(call('111', 0, 'AddOrder'))).toBeUndefined();
    expect(session.admit(call('112'))).toBe('EAPI:Rate limit exceeded');
  });

  it('counts order calls by pair, dearer the younger the order', () => {
    const cost = (kind: 'amend' | 'cancel') =>
      [0, 4_999, 5_000, 10_000, 15_000, 45_000, 90_000, 300_000].map((ageMs) => engineCost({ kind, ageMs }));
    expect(cost('amend')).toEqual([4, 4, 3, 2, 1, 1, 1, 1]);
    expect(cost('cancel')).toEqual([8, 8, 6, 5, 4, 2, 1, 0]);
    const session = krakenSession({ tier: 'starter' });
    const cancel = { kind: 'cancel', ageMs: 0 } as const;
    for (let i = 0; i < 7; i++) expect(session.engine('XXBTZUSD', cancel, 0)).toBeUndefined();
    // 56 of 60
    expect(session.engine('XXBTZUSD', cancel, 0)).toBe('EOrder:Rate limit exceeded');
    expect(session.engine('XETHZUSD', cancel, 0)).toBeUndefined();
    expect(session.engine('XXBTZUSD', cancel, 4_000)).toBeUndefined();
  });

  it('locks out for minutes after five unknown keys in a row', () => {
    const lockout = krakenLockout();
    for (let i = 0; i < 4; i++) lockout.seen(false, 0);
    lockout.seen(true, 0);
    for (let i = 0; i < 4; i++) lockout.seen(false, 0);
    expect(lockout.fault(0)).toBeUndefined();
    lockout.seen(false, 0);
    expect([lockout.fault(0), lockout.fault(299_999), lockout.fault(300_000)]).toEqual([
      'EGeneral:Temporary lockout',
      'EGeneral:Temporary lockout',
      undefined,
    ]);
  });
});
