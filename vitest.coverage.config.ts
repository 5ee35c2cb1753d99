import { defineConfig } from 'vitest/config';

// `npm run coverage`: the pure core decides and counts the money, so its own tests must try its branches.
export default defineConfig({
  test: {
    // The chase of a maker entry is tried by its parity: the engine's against the replay's.
    include: ['test/core/**/*.test.ts', 'test/app/maker*.test.ts'],
    // Thousands of random markets: statistics, and no branch that the others do not try.
    exclude: ['test/core/decision/false-alarms.test.ts'],
    testTimeout: 60_000,
    isolate: false,
    coverage: {
      provider: 'v8',
      include: ['shared/core/**/*.ts'],
      reporter: ['text'],
      thresholds: { branches: 95 },
    },
  },
});
