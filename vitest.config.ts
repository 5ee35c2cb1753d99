import { defineConfig } from 'vitest/config';

// test/real needs the reference folder and minutes: `npm run test:real`.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/real/**'],
    testTimeout: 20_000,
    // Nothing here keeps state in modules: a process for each file would cost a third of the time.
    isolate: false,
  },
});
