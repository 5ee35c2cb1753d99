import { defineConfig } from 'vitest/config';

// test/real needs the reference folder and minutes: `npm run test:real`; test/aws an emulator: `npm run test:aws`.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/real/**', 'test/aws/**'],
    // Some simulations take ten seconds, and three times as long beside other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Nothing here keeps state in modules: a process for each file would cost a third of the time.
    isolate: false,
    // By default one core is kept free, which of two is half of the time.
    maxWorkers: '100%',
    // What the person who runs the tests has set, in the environment or in .env, is not what is tested.
    env: { EXCHANGE_API_KEY: '', EXCHANGE_API_SECRET: '', LOG_LEVEL: '', HOT_CRYPTO_DATA: '' },
  },
});
