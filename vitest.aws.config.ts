import { defineConfig } from 'vitest/config';

// Against an emulator of AWS on this machine, which the tests install and start: minutes, one file after the other.
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 480_000,
    fileParallelism: false,
  },
});
