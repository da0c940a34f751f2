import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests call ONNX Runtime's own package too, whose telemetry is on by default; worker processes inherit this.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** Bytes that a disk in memory must have free, twice of what the files of the tests take at one time. */
const mostFiles = 4 * 2 ** 30;

/** Programs flush what they write to the disk, and wait for it a tenth of the time: in memory they need not. Whoever sets TMPDIR chooses the place. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.min(bavail * bsize, freemem());
  } catch {
    return 0;
  }
}
if (process.platform === 'linux' && freeBytes('/dev/shm') >= mostFiles) process.env.TMPDIR ??= '/dev/shm';

/**
 * Tests that leave nothing behind in their process: variables, working folder and streams stay as they were. Their files share two processes;
 * that of each other file takes a quarter of a second to start and to load the program, and a second more to compile what trains. An invented
 * family stays in the registry, and so does the GPU in the variables that name it.
 */
const folders = [
  ...['backbones', 'calibrate', 'charts', 'compare', 'datasets', 'degrade', 'evaluate', 'export', 'graph', 'heads', 'images', 'losses'],
  ...['lowering', 'pairs', 'prompts', 'recipe', 'report', 'runs', 'score', 'statistics', 'support', 'tensors', 'train'],
  ...['compare', 'evaluate', 'score', 'train'].map((kind) => `commands/${kind}`),
];
const together = [
  ...folders.map((folder) => `test/${folder}/**/!(invented-family|*webgpu).test.ts`),
  'test/commands/{any-image,calibrate,damaged-files,export,moved-run,report}.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: 'test/support/files/shared-folder.ts',
    setupFiles: ['test/support/equal-bytes.ts', 'test/support/properties.ts'],
    // Two cores: a test file that trains uses both, and others wait for processes, timers and networks.
    maxWorkers: 3,
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
