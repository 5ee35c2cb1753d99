import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientOrderId, type Intent } from '../../../shared/core/execution/client-id.ts';

const intent: Intent = {
  account: 'paper-kraken',
  symbol: 'BTC/USD',
  tickMs: 1_704_067_200_000,
  purpose: 'entry',
  number: 0,
};
const intents = fc.record({
  account: fc.string(),
  symbol: fc.constantFrom('BTC/USD', 'ETH/USD'),
  tickMs: fc.nat(),
  purpose: fc.constantFrom<Intent['purpose']>('entry', 'stop', 'exit'),
  number: fc.nat(),
});

describe('a client order id', () => {
  it('is the same for the same intent, for ever', () => {
    // Python: sha256(b'paper-kraken|BTC/USD|1704067200000|entry|0').digest()[:16] with version and variant
    // set, through uuid.UUID
    expect(clientOrderId(intent)).toBe('99286b7b-f09c-807b-87c5-2552e6973b4e');
    // The variant keeps two bits of the digest: here 9 and b.
    const stop = { ...intent, purpose: 'stop' } as const;
    expect(clientOrderId({ ...stop, number: 1 })).toBe('345fe05c-14aa-874c-98c4-2fa70930b52b');
    expect(clientOrderId({ ...stop, number: 2 })).toBe('c8b3bf1d-8fd8-81bf-b21d-71105c7f5f45');
  });

  it('is a UUID of version 8', () => {
    fc.assert(
      fc.property(intents, (given) => {
        expect(clientOrderId(given)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        expect(clientOrderId({ ...given })).toBe(clientOrderId(given));
      }),
    );
  });

  it.each([
    ['account', { account: 'paper-synthetic' }],
    ['symbol', { symbol: 'ETH/USD' }],
    ['tick', { tickMs: intent.tickMs + 1 }],
    ['purpose', { purpose: 'stop' }],
    ['number', { number: 1 }],
  ] as const)('is another for another %s', (_, change) => {
    expect(clientOrderId({ ...intent, ...change })).not.toBe(clientOrderId(intent));
  });
});
