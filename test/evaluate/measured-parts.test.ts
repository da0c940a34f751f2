/** Scores of parts carry what an evaluation needs of the files besides: a model is not measured on images whose opinions it saw. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { evaluateOpinion, measuresOf } from '#antonym/evaluate/evaluate-opinion.js';
import { measuringScorer } from '#antonym/evaluate/measured-parts.js';
import { loadModel } from '#antonym/score/load-model.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const [photograph] = await writePhotographs(join(folder, 'photos'), 1);
const model = await loadModel();
afterAll(() => model.close());

test('a row has the hash of the file where a model has seen images, and an evaluation refuses those', async () => {
  const path = photograph!.path;
  const content = await readFile(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const named = { name: 'mine', sha256: 'of no matter', seen: new Set([sha256]), model };
  const scorer = measuringScorer({ measures: measuresOf([named]), prepare: undefined, isHashed: true, close: async () => {} });
  const file = await scorer.rowOf({ name: path, input: path });
  const member = await scorer.rowOf({ name: 'shard.tar/0.png', input: new Uint8Array(content) });
  expect(file).toEqual({ image: path, scores: [await model.score(path), expect.any(Number)], sha256 });
  expect(member).toEqual({ ...file, image: 'shard.tar/0.png' });
  const { scores } = member as unknown as { scores: number[] };
  const opinions = { name: 'ours', direction: 'higher is better', folder, rated: [{ image: '0.png', opinion: 3 }] } as const;
  const bootstrap = { resamples: 100, seed: 1, confidence: 0.95 };
  await expect(
    evaluateOpinion(opinions, [named], bootstrap, {}, { measured: new Map([['shard.tar/0.png', { scores, sha256 }]]) }),
  ).rejects.toThrow('1 of the 1 images is one of those that mine was trained on or chosen by: figures on them would be too good.');
});
