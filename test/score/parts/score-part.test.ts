/** Scores of a list in parts: they continue wherever they were cut off, and name what they are of. */
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readFile, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import tar from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '#antonym/score/load-model.js';
import type { Model } from '#antonym/score/model.js';
import { splitFileState } from '#antonym/score/parts/file-state.js';
import { modelScorer } from '#antonym/score/parts/model-scorer.js';
import { partName } from '#antonym/score/parts/part-file.js';
import { mergeParts, statusOfParts } from '#antonym/score/parts/part-status.js';
import { type ScoredPart, scorePart } from '#antonym/score/parts/score-part.js';
import { withoutCheck } from '#antonym/support/line-chain.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const list = join(folder, 'list.txt');
const archive = join(folder, 'shard.tar');
let model: Model;
/** Images of the list, in its order. */
let names: string[];

beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 3, 1);
  const photos = [0, 1, 2].map((index) => join(folder, 'photos', `0${index}.png`));
  const pack = tar.pack();
  const long = `${'folder/'.repeat(20)}2.png`;
  for (const [index, name] of ['0.png', '0.json', '0.txt', '1.jpg', long].entries()) {
    pack.entry({ name }, name.endsWith('g') ? await readFile(photos[index % 3]!) : Buffer.from('{}'));
  }
  pack.finalize();
  await pipeline(pack, createWriteStream(archive));
  const broken = join(folder, 'broken.tar');
  await writeFile(broken, Buffer.alloc(1024, 7));
  await writeFile(list, `${[photos[0], join(folder, 'none.png'), archive, broken, photos[2]].join('\n')}\n`);
  names = [photos[0]!, join(folder, 'none.png'), `${archive}/0.png`, `${archive}/1.jpg`, `${archive}/${long}`, broken, photos[2]!];
  model = await loadModel();
});
afterAll(() => model.close());

/** The model stays open for the next part. */
const shared = (): Promise<Model> => Promise.resolve(Object.create(model, { close: { value: async () => {} } }));

async function score(out: string, { number = 1, of = 1, sha256 = 'model', stop = new AbortController().signal } = {}): Promise<ScoredPart> {
  const { size } = await stat(list);
  const head = { format: 'antonym-scores-1', part: number, of, model: sha256, list, bytes: size } as const;
  return scorePart({ head, out, open: async () => modelScorer(await shared()), stop });
}

const rowsOf = async (path: string): Promise<Record<string, unknown>[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(splitFileState(withoutCheck(line)).row));

describe('a part', () => {
  test('has a row for every image, readable or not, members of archives among them', async () => {
    const out = join(folder, 'whole');
    const { path, images, failed, kept, isWhole } = await score(out);
    expect({ images, failed, kept, isWhole }).toEqual({ images: 7, failed: 2, kept: 0, isWhole: true });
    const [head, ...rows] = await rowsOf(path);
    expect(head).toMatchObject({ format: 'antonym-scores-1', part: 1, of: 1, model: 'model', list });
    expect(rows.pop()).toEqual({ images: 7, failed: 2 });
    expect(rows.map(({ image }) => image)).toEqual(names);
    const scores = new Map(rows.map((row) => [row.image, row]));
    for (const name of [names[0]!, names[6]!]) expect(scores.get(name)).toEqual({ image: name, score: await model.score(name) });
    expect(scores.get(names[2]!)!.score).toBe(scores.get(names[0]!)!.score);
    expect(scores.get(names[1]!)).toMatchObject({ code: 'ERR_ANTONYM_NO_SUCH_FILE', error: expect.stringContaining('none.png') });
    expect(scores.get(names[5]!)!.error).toMatch(/^Cannot read the archive .*broken\.tar: /);
  });

  test('continues after its last whole line, wherever it was cut off, with equal bytes', async () => {
    const whole = await readFile(join(folder, 'whole', partName({ number: 1, of: 1 })));
    const out = join(folder, 'cut');
    await mkdir(out);
    const path = join(out, partName({ number: 1, of: 1 }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (bytes) => {
        await copyFile(join(folder, 'whole', partName({ number: 1, of: 1 })), path);
        await truncate(path, bytes);
        const { kept } = await score(out);
        expect(kept).toBe(
          bytes === whole.length ? 7 : Math.max(0, Math.min(7, whole.subarray(0, bytes).toString().split('\n').length - 2)),
        );
        expect(await readFile(path)).toEqual(whole);
      }),
      { numRuns: 12, examples: [[0], [whole.length - 1], [whole.length]] },
    );
  });

  test('is refused with another model, or a list that has changed', async () => {
    const out = join(folder, 'other');
    const stopping = new AbortController();
    stopping.abort();
    const { isWhole, images, path } = await score(out, { stop: stopping.signal });
    expect({ isWhole, images }).toEqual({ isWhole: false, images: 1 });
    await expect(score(out, { sha256: 'another' })).rejects.toThrow(`${path} was begun with another model (model, now another).`);
    const text = await readFile(list, 'utf8');
    await writeFile(list, text.replace('00.png', '01.png'));
    await expect(score(out)).rejects.toThrow(/has scored .*00\.png where the list now has .*01\.png\. Use the same list/);
    await writeFile(list, `${text}more.png\n`);
    await expect(score(out)).rejects.toThrow(/was begun with another content of the list/);
    await writeFile(list, text);
  });

  test('is refused where an image has changed since', async () => {
    const out = join(folder, 'changed');
    const stopping = new AbortController();
    stopping.abort();
    const setTime = (seconds: number): Promise<void> => utimes(names[0]!, seconds, seconds);
    await setTime(1_700_000_000);
    const { path } = await score(out, { stop: stopping.signal });
    await setTime(1_700_000_001);
    await expect(score(out)).rejects.toThrow(`${path} has scored ${names[0]}, which has changed since: its size or time is another.`);
    await setTime(1_700_000_000);
    expect(await score(out)).toMatchObject({ kept: 1, images: 7, isWhole: true });
  });

  test('that is whole is refused where an image or an archive has changed since, and knows nothing of those that are gone', async () => {
    const out = join(folder, 'finished');
    const setTime = (file: string, seconds: number): Promise<void> => utimes(file, seconds, seconds);
    for (const file of [names[0]!, archive]) await setTime(file, 1_700_000_000);
    const { path } = await score(out);
    for (const [file, image] of [
      [names[0]!, names[0]],
      [archive, names[2]],
    ] as const) {
      await setTime(file, 1_700_000_002);
      await expect(score(out)).rejects.toThrow(`${path} has scored ${image}, which has changed since: its size or time is another.`);
      await rename(file, `${file}.away`);
      expect(await score(out)).toMatchObject({ kept: 7, images: 7, isWhole: true });
      await rename(`${file}.away`, file);
      await setTime(file, 1_700_000_000);
    }
    expect(await score(out)).toMatchObject({ kept: 7, images: 7, isWhole: true });
  });
});

test('parts are merged when all are whole, to the rows of one', async () => {
  const out = join(folder, 'parts');
  await score(out, { number: 3, of: 3 });
  await score(out, { number: 1, of: 3 });
  expect(await statusOfParts(out, 'antonym-scores-1')).toMatchObject({ parts: 3, whole: 2, begun: [], missing: [2] });
  await expect(mergeParts(out)).rejects.toThrow(`${out} lacks 1 of 3 parts: 2. Score them first`);
  await score(out, { number: 2, of: 3 });
  expect(await statusOfParts(out, 'antonym-scores-1')).toEqual({ parts: 3, whole: 3, begun: [], missing: [], images: 7, failed: 2 });
  const { path, images } = await mergeParts(out);
  expect(images).toBe(7);
  expect(await rowsOf(path)).toEqual((await rowsOf(join(folder, 'whole', partName({ number: 1, of: 1 })))).slice(1, -1));
});

test('parts of two models are told apart', async () => {
  const out = join(folder, 'mixed');
  await score(out, { number: 1, of: 2 });
  await score(out, { number: 2, of: 2, sha256: 'another' });
  await expect(statusOfParts(out, 'antonym-scores-1')).rejects.toThrow(/do not belong together: model is model and another\./);
});
