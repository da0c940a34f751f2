import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Blocks as large as parameters; one is freed before the others are taken, as glibc learns from it. Prints resident MiB before, with, after. */
const program = `
  const { onnxRuntime } = await import('#antonym/runtime/onnxruntime/library.js');
  onnxRuntime();
  const nowhere = new MessageChannel().port1;
  nowhere.close();
  const free = (buffers) => nowhere.postMessage(undefined, buffers);
  const block = () => new Uint8Array(8 * 2 ** 20).fill(1).buffer;
  const resident = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
  free([block()]);
  const before = resident();
  const blocks = Array.from({ length: 24 }, block);
  const held = resident();
  const last = blocks.pop();
  free(blocks);
  process.stdout.write(JSON.stringify([before, held, resident(), last.byteLength]));
`;

const isGlibc = process.platform === 'linux' && 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

test.runIf(isGlibc)('memory of freed tensors goes back to the system, though later ones are still there', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const [before, held, after] = JSON.parse(stdout) as [number, number, number];
  expect(held - before).toBeGreaterThan(180);
  expect(after - before).toBeLessThan(40);
});
