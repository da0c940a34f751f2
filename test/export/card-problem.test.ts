import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cardProblem } from '#antonym/export/card-problem.js';
import { sealMarkdown } from '#antonym/support/sealed-markdown.js';
import { digestOf } from '../commands/run-files.js';
import { copyShortRun } from '../commands/train/reference-run.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();

test('the card of a run is that of its model; one of another model, or one that was changed, is told', async () => {
  await copyShortRun(folder);
  const own = join(folder, 'runs', 'reference', 'export');
  const sha256 = await digestOf(join(own, 'model.onnx'));
  expect(await cardProblem(own, sha256)).toBeUndefined();
  expect(await cardProblem(own, 'f'.repeat(64))).toMatch(/MODEL_CARD\.md is the card of another model\.$/);
  const other = await temporaryFolder();
  expect(await cardProblem(other, sha256)).toBeUndefined();
  await writeFile(join(other, 'MODEL_CARD.md'), sealMarkdown(`---\nlicense: mit\n---\n| model.onnx | 1 kB | \`${sha256}\` |\n`));
  expect(await cardProblem(other, sha256)).toBeUndefined();
  await writeFile(join(other, 'MODEL_CARD.md'), `---\nsha256_of_the_other_lines: ${sha256}\n---\n| model.onnx | 1 kB | \`${sha256}\` |\n`);
  expect(await cardProblem(other, sha256)).toMatch(/was changed after it was written/);
});
