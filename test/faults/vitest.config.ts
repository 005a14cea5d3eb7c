import { defineConfig } from 'vitest/config';

// The long fault suites: `npm run test:faults`.
export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['test/faults/**/*.fault.ts'],
    maxWorkers: 1,
    fileParallelism: false,
  },
});
