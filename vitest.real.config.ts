import { defineConfig } from 'vitest/config';

// What needs the reference folder (REFERENCE_DIR, by default ../shared): real candles, minutes instead of seconds.
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    testTimeout: 280_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
