import { defineConfig } from 'vitest/config';

// `npm run mutation`: the tests that must notice a fault in what decides, sizes and counts the money.
export default defineConfig({
  test: {
    include: [
      'test/core/{risk,execution,decision,backtest}/**/*.test.ts',
      'test/core/*.test.ts',
      'test/app/lookback-parity.test.ts',
    ],
    // Thousands of random markets: statistics, and no line that the others do not try.
    exclude: ['test/core/decision/false-alarms.test.ts'],
    // One process for each mutant, not one for each mutant and file.
    isolate: false,
    testTimeout: 60_000,
  },
});
