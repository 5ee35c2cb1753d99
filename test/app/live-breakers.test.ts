import { describe, expect, it } from 'vitest';
import { listBreakers } from '../../shared/app/breakers.ts';
import { at, liveAccount } from '../helpers/live-market.ts';
import { operatorOf } from '../helpers/operator.ts';

/** BTC is bought at 4:00 and held; ETH, which nobody holds, falls by a fifth at 4:20, and perhaps later. */
async function fallen(...later: readonly (readonly [hour: number, price: number])[]) {
  const prices = { 'ETH/USD': [[4 + 20 / 60, 80], ...later] } as const;
  const live = liveAccount({ prices, says: { 4: 'turtle:long' } }, { isStoring: false });
  await live.run(at(0, 0, 3));
  for (const minute of [0, 1, 20, 21]) await live.run(at(4, minute, 3));
  const tripped = async () =>
    (await listBreakers(live.store, live.account))
      .filter(({ isTripped }) => isTripped)
      .map(({ scope, by, atMs, untilMs }) => [scope, by, atMs, untilMs]);
  return { live, tripped, ann: operatorOf(live.store, live.account) };
}

describe('a symbol that falls within an hour, while another one is held', () => {
  it('is locked for four hours, and as a flash until the second tick', async () => {
    const { tripped } = await fallen();
    expect(await tripped()).toEqual([
      ['asset:ETH-USD', 'engine', at(4, 21), at(8, 21)],
      ['flash:ETH-USD', 'engine', at(4, 21), at(12)],
    ]);
  });

  it('is locked for longer by every minute that still sees the fall, until a person resets it', async () => {
    const { live, tripped, ann } = await fallen();
    await live.run(at(4, 22, 3));
    expect(await tripped()).toContainEqual(['asset:ETH-USD', 'engine', at(4, 22), at(8, 22)]);
    await ann.reset('asset:ETH-USD');
    await ann.reset('flash:ETH-USD');
    for (const minute of [23, 24, 30]) await live.run(at(4, minute, 3));
    expect(await tripped()).toEqual([]);
  });

  it('is locked again by what falls after the reset', async () => {
    const { live, tripped, ann } = await fallen([4 + 24 / 60, 60]);
    await ann.reset('asset:ETH-USD');
    for (const minute of [22, 23, 24, 25]) await live.run(at(4, minute, 3));
    expect(await tripped()).toContainEqual(['asset:ETH-USD', 'engine', at(4, 25), at(8, 25)]);
  });
});
