import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['{shared,services,infra,cli,benchmarks,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/faults/**'],
    // For a machine that does much else besides: what holds at once takes no longer for it.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores: more files at once only wait for each other.
    maxWorkers: 2,
  },
});
