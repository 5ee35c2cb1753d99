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
