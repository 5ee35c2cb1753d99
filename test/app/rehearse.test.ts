import { describe, expect, it } from 'vitest';
import { rehearseOrders } from '../../shared/app/rehearse.ts';
import type { PlaceResult } from '../../shared/ports/exchange.ts';
import { fakeVenue } from '../helpers/fake-venue.ts';

let waitedMs = 0;
const wanted = {
  symbols: ['BTC/USD'],
  nowMs: 1_700_000_000_000,
  waitMs: async (ms: number) => {
    waitedMs += ms;
  },
};

const findings = (results: Readonly<Record<string, PlaceResult>>) =>
  rehearseOrders(
    fakeVenue({ rehearse: ({ kind, side }) => results[`${kind} ${side}`] ?? { kind: 'accepted' } }),
    wanted,
  );

describe('the rehearsal', () => {
  it('asks about the least order of every kind, away from the market where orders rest', async () => {
    const venue = fakeVenue();
    const found = await rehearseOrders(venue, { ...wanted, symbols: ['BTC/USD', 'ETH/USD'] });
    expect(found.map(({ level, subject }) => `${level} ${subject}`)).toEqual(
      ['BTC/USD', 'ETH/USD'].flatMap((symbol) =>
        ['market buy', 'stop-loss sell', 'post-only limit buy', 'capped buy', 'market sell'].map(
          (kind) => `ok ${symbol} ${kind}`,
        ),
      ),
    );
    // The quote is 99,990 to 100,010: 0.9 and 0.95 of the bid, 1.001 of the ask, on a tick of 0.1.
    expect(venue.rehearsed.slice(0, 5).map(({ clientOrderId: _, ...rest }) => rest)).toEqual([
      { symbol: 'BTC/USD', side: 'buy', kind: 'market', isEntry: true, quantity: '0.00005' },
      {
        symbol: 'BTC/USD',
        side: 'sell',
        kind: 'stop',
        isEntry: false,
        quantity: '0.00005',
        triggerPrice: '89991',
      },
      {
        symbol: 'BTC/USD',
        side: 'buy',
        kind: 'limit',
        isEntry: true,
        quantity: '0.00005',
        limitPrice: '94990.5',
      },
      {
        symbol: 'BTC/USD',
        side: 'buy',
        kind: 'capped',
        isEntry: true,
        quantity: '0.00005',
        limitPrice: '100110',
      },
      { symbol: 'BTC/USD', side: 'sell', kind: 'market', isEntry: false, quantity: '0.00005' },
    ]);
    expect(new Set(venue.rehearsed.map(({ clientOrderId }) => clientOrderId)).size).toBe(10);
  });

  it.each<[PlaceResult, string]>([
    [{ kind: 'refused', why: 'EGeneral:Invalid arguments:trigger' }, 'Nothing was placed. Without orders'],
    [{ kind: 'later', why: 'EService:Market in cancel_only mode' }, 'Nothing was placed. Try again'],
    [{ kind: 'misconfigured', why: 'EGeneral:Permission denied' }, 'Nothing was placed. Mend the key'],
  ])('fails on %j with what Kraken said', async (result, hint) => {
    const [, stop] = await findings({ 'stop sell': result });
    expect(stop).toMatchObject({
      level: 'fail',
      subject: 'BTC/USD stop-loss sell',
      text: `Kraken would not take it: ${'why' in result ? result.why : ''}`,
    });
    expect(stop?.remedy).toMatch(hint);
  });

  it('waits where Kraken allows no call now, a minute in all', async () => {
    const later: PlaceResult = { kind: 'later', why: 'no more calls for 7.3 s' };
    let tries = 0;
    waitedMs = 0;
    const venue = fakeVenue({ rehearse: () => (++tries < 4 ? later : { kind: 'accepted' }) });
    const found = await rehearseOrders(venue, wanted);
    expect([found.every(({ level }) => level === 'ok'), tries, waitedMs]).toEqual([true, 8, 9_000]);
    waitedMs = 0;
    const never = await rehearseOrders(fakeVenue({ rehearse: () => later }), wanted);
    expect([never.every(({ level }) => level === 'fail'), waitedMs]).toEqual([true, 60_000]);
  });

  it('does not take an empty purse for a wrong order', async () => {
    const found = await findings({ 'market sell': { kind: 'refused', why: 'EOrder:Insufficient funds' } });
    expect(found.at(-1)).toMatchObject({
      level: 'warn',
      text: 'not judged: Kraken looks at the balance first (EOrder:Insufficient funds)',
    });
  });
});
