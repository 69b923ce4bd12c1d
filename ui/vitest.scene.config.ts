// The tests that need two real services and a browser: `cargo xtask ui test` runs them.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    // Pictures are looked at by people: they are made when asked for.
    include: [process.env.HOMEFOLD_PICTURES ? 'tests/pictures*.ts' : 'tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts two services and a browser: one after the other is fast enough.
    fileParallelism: false,
  },
});
