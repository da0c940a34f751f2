import { defineConfig } from 'vitest/config';

// Tests call ONNX Runtime's own package too, whose telemetry is on by default; worker processes inherit this.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/files/shared-folder.ts',
    setupFiles: ['test/support/equal-bytes.ts'],
    // Two cores: a test file that trains already uses both through ONNX Runtime.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The tests run the compiled program, the same files that users run, worker threads included.
    server: { deps: { external: [/\/dist\//] } },
  },
});
