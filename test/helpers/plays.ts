import { chased } from './chase.ts';
import { scriptedWorld, type World } from './world.ts';

/**
 * Two symbols on 4h candles, short enough to be crashed at every call. Both enter at one tick. BTC is stopped by a
 * trail that was raised twice, enters again and gaps through its stop. ETH leaves on a signal, in two parts; enters
 * again in part, is stopped in part, and the rest is sold; a third entry finds no trade and expires.
 */
export function crowdedPlay(): World {
  return scriptedWorld(
    {
      'BTC/USD': `
        100 101 99 100 trend:long
        100 104 99 103
        103 107 102 106
        106 107 101 102
        102 103 101 102 trend:long
        102 103 101 102
        90 91 88 90
        90 91 89 90
        90 91 89 90
        90 91 89 90`,
      'ETH/USD': `
        50 50.5 49.5 50 turtle:long
        50 51 49 50 turtle:exit
        50 51 49.5 50 v=160
        50 51 49 50
        50 51 49 50 turtle:long
        50 51 49 50 v=60
        50 50.4 47 48 v=40
        48 49 47 48 v=40 turtle:long
        48 48 48 48 v=0
        48 49 47 48`,
    },
    { lookbackRows: 20 },
  );
}

/** One symbol on hourly candles under 4h decisions: entry, a trail raised inside the day, a stop between two ticks. */
export function hourlyPlay(): World {
  return scriptedWorld(
    {
      'BTC/USD': `
        100 101 99 100
        100 101 99 100
        100 101 99 100
        100 101 99 100 trend:long
        100 102 100 101
        101 103 101 102
        102 104 102 103
        103 106 103 105
        105 106 104 105
        105 105 100 101
        101 102 100 101
        101 102 100 101`,
    },
    { exec: '1h', lookbackRows: 20 },
  );
}

/**
 * The engine trips every breaker of 4h candles. A stop locks entries after one loss; the lock runs out and is closed by
 * the next entry, whose candle falls by 18 %: its stop trips the losses again, the symbol, and the portfolio, the tick
 * after it the drawdown. Whatever votes later enters nothing.
 */
export function trippingPlay(): World {
  return scriptedWorld(
    {
      'BTC/USD': `
        100 101 99 100 turtle:long
        100 101 95 97 turtle:long
        97 98 96 97 turtle:long
        97 98 80 82 turtle:long
        82 83 81 82 turtle:long
        82 83 81 82 turtle:long`,
    },
    {
      lookbackRows: 20,
      config: {
        risk: { drawdownMax: 0.005, dailyLossMax: 'off', cooldownMinutes: 0 },
        breakers: { losses: 1, lossesLockMinutes: 240, portfolioLoss: 0.004 },
      },
    },
  );
}

/** BTC is bought at hour 4 and held; ETH at hour 8, when the trail of BTC rises; no strategy leaves either. */
export function holdingPlay(): World {
  return scriptedWorld(
    {
      'BTC/USD': `
        100 101 99 100 trend:long
        100 102 99 102
        102 103 101 103
        103 104 102 104`,
      'ETH/USD': `
        50 50.5 49.5 50
        50 50.5 49.5 50 turtle:long
        50 50.5 49.5 50
        50 50.5 49.5 50`,
    },
    { lookbackRows: 20 },
  );
}

/**
 * Two symbols whose entries rest at limits on minutes. BTC's fills in two parts, follows the market, and its rest crosses;
 * then all of it is stopped out. ETH's falls through its stop in the candle in which its second part fills; SOL's is
 * abandoned; DOT's fills and falls through its stop in one candle.
 */
export function chasedPlay(): World {
  const above = '100 101 100 100';
  return chased({
    BTC: [
      '100 101 99 100 v=20',
      '100 101 99 100.5 v=20',
      '100.5 101 100.5 100.05',
      '100.05 101 100.04 100.05',
      above,
      '97 97 95 95',
    ],
    DOT: ['100 100 95 96'],
    ETH: [above, '100 101 99 100 v=20', '99 99 95 96 v=40', above],
    SOL: [
      above,
      '100 101 100 100.2',
      '100.2 101 100.2 100.3',
      '100.3 101 100.3 100.3',
      '100.2 101 100.2 101',
    ],
  });
}
