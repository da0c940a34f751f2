import { defineConfig } from 'vitest/config';

// Tests call ONNX Runtime's own package too, whose telemetry is on by default; worker processes inherit this.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/**
 * Tests that leave nothing behind in their process: variables, working folder and streams stay as they were. Their files share two processes;
 * that of each other file takes a quarter of a second to start and to load the program, and a second more to compile what trains. An invented
 * family stays in the registry, and so does the GPU in the variables that name it.
 */
const folders = [
  ...['backbones', 'calibrate', 'charts', 'compare', 'datasets', 'degrade', 'evaluate', 'export', 'graph', 'heads', 'images', 'losses'],
  ...['commands/train', 'lowering', 'pairs', 'prompts', 'recipe', 'report', 'runs', 'score', 'statistics', 'support', 'tensors', 'train'],
];
const together = [...folders.map((folder) => `test/${folder}/**/!(invented-family|*webgpu).test.ts`), 'test/commands/moved-run.test.ts'];

export default defineConfig({
  test: {
    globalSetup: 'test/support/files/shared-folder.ts',
    setupFiles: ['test/support/equal-bytes.ts'],
    // Two cores: a test file that trains already uses both through ONNX Runtime.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The tests run the compiled program, the same files that users run, worker threads included.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      { extends: true, test: { name: 'together', include: together, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: together } },
    ],
  },
});
