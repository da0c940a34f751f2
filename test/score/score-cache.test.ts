import { readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openScoreCache, type ScoredSizes } from '#antonym/score/score-cache.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const kept = join(folder, 'cache');
const at = (name: string): string => join(folder, name);
await writeFile(at('model.onnx'), 'a model');
await writeFile(at('model.json'), '{}');

/** The scores found of files, after those that are missing were scored by the length of their names. */
async function pass(names: readonly string[], sizes?: ScoredSizes): Promise<(number | undefined)[]> {
  const cache = await openScoreCache(at('model.onnx'), sizes, kept);
  const found: (number | undefined)[] = [];
  for (const name of names) {
    const score = await cache.find(at(name));
    found.push(score);
    if (score === undefined) await cache.keep(at(name), name.length / 10);
  }
  await cache.save();
  return found;
}

test('files are scored once, again when their content changes, and known when they only move', async () => {
  for (const name of ['a.jpg', 'bb.jpg']) await writeFile(at(name), name);
  expect(await pass(['a.jpg', 'bb.jpg', 'absent.jpg'])).toEqual([undefined, undefined, undefined]);
  expect(await pass(['a.jpg', 'bb.jpg', 'absent.jpg'])).toEqual([0.5, 0.6, undefined]);
  await utimes(at('a.jpg'), 1, 2);
  await rename(at('bb.jpg'), at('moved.jpg'));
  expect(await pass(['a.jpg', 'moved.jpg'])).toEqual([0.5, 0.6]);
  await writeFile(at('a.jpg'), 'other');
  expect(await pass(['a.jpg', 'moved.jpg'])).toEqual([undefined, 0.6]);
  expect(await readdir(join(kept, 'scores'))).toHaveLength(1);
});

test('another limit of pixels, another scale, another description and another model have scores of their own', async () => {
  expect(await pass(['moved.jpg'])).toEqual([0.6]);
  expect(await pass(['moved.jpg'], { maximumPixels: 5000 })).toEqual([undefined]);
  expect(await pass(['moved.jpg'], { scale: 5000 })).toEqual([undefined]);
  await writeFile(at('model.json'), '{ }');
  expect(await pass(['moved.jpg'])).toEqual([undefined]);
  await writeFile(at('model.onnx'), 'another model');
  expect(await pass(['moved.jpg'])).toEqual([undefined]);
});

test('a damaged cache is none', async () => {
  await pass(['moved.jpg']);
  for (const name of await readdir(join(kept, 'scores'))) await writeFile(join(kept, 'scores', name), '{"files":');
  expect(await pass(['moved.jpg'])).toEqual([undefined]);
});

test('models and files used longest ago are forgotten', async () => {
  const open = async (model: string, limits = { models: 2, files: 3 }) => {
    await writeFile(at('model.onnx'), model);
    return openScoreCache(at('model.onnx'), {}, join(folder, 'small'), limits);
  };
  const names = ['1', '2', '3', '4'];
  for (const name of names) await writeFile(at(name), name);
  const cache = await open('first');
  for (const name of names) {
    await cache.find(at(name));
    // asked for again: used last
    if (name === '3') await cache.find(at('1'));
    await cache.keep(at(name), Number(name));
  }
  await cache.save();
  const again = await open('first');
  expect([await again.find(at('1')), await again.find(at('4'))]).toEqual([1, 4]);
  expect(await again.find(at('2'))).toBeUndefined();
  const scores = join(folder, 'small', 'scores');
  const [first] = await readdir(scores);
  for (const [index, model] of ['second', 'third'].entries()) {
    const other = await open(model);
    await utimes(join(scores, first!), 1000 + index, 1000 + index);
    await other.find(at('1'));
    await other.keep(at('1'), 0.5);
    await other.save();
  }
  const left = await readdir(scores);
  expect(left).toHaveLength(2);
  expect(left).not.toContain(first);
});
