/** examples/node/score-onnx.js, which has neither this package nor its reader of images, against the library. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { scoredPhotographs } from './scored-photographs.js';

const folder = await temporaryFolder();
const script = fileURLToPath(new URL('../../examples/node/score-onnx.js', import.meta.url));

test('examples/node/score-onnx.js scores as the library, tiles included, and refuses what is no photograph', async () => {
  const { model, photographs, scores } = await scoredPhotographs(folder);
  const run = promisify(execFile);
  const lines = (await run(process.execPath, [script, model, ...photographs])).stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(line.indexOf('  ') + 2))).toEqual(photographs);
  for (const [index, line] of lines.entries()) expect(Math.abs(Number.parseFloat(line) - scores[index]!)).toBeLessThan(1e-6);
  await writeFile(join(folder, 'none.jpg'), 'no image');
  const failed = await run(process.execPath, [script, model, join(folder, 'none.jpg')]).catch((error) => error);
  expect([failed.code, failed.stdout, failed.stderr]).toEqual([1, '', expect.stringMatching(/^error: .*none\.jpg: .+\n$/)]);
});
