import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { type TrainOptions, trainOptions } from '#antonym/train/options.js';
import { setUpTraining } from '#antonym/train/training-setup.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const photographs = join(folder, 'photos');
beforeAll(() => writePhotographs(photographs, 6));

function options(flags: Record<string, string>): TrainOptions {
  return resolveOptions(trainOptions, { flags: { crop: '32', heldOut: '2', ...flags } }, { cores: 2 }).values;
}

const fingerprint = async (flags: Record<string, string>): Promise<string> =>
  (await setUpTraining({ options: options(flags) })).data.fingerprint;

describe('the fingerprint of the data', () => {
  test('is that of the images, wherever their folder lies', async () => {
    const original = await fingerprint({ data: photographs });
    const copy = join(folder, 'copy');
    await mkdir(copy);
    await cp(photographs, copy, { recursive: true });
    expect(await fingerprint({ data: copy })).toBe(original);
    expect(await fingerprint({ data: copy, workers: '3', batchSize: '3' })).toBe(original);
    await rename(join(copy, '00.png'), join(copy, '99.png'));
    expect(await fingerprint({ data: copy })).not.toBe(original);
  });

  test('tells which are held out', async () => {
    expect(await fingerprint({ data: photographs, heldOut: '1' })).not.toBe(await fingerprint({ data: photographs, heldOut: '2' }));
  });

  test('of rendered images follows from the seed', async () => {
    expect(await fingerprint({ seed: '1' })).toBe(await fingerprint({ seed: '1' }));
    expect(await fingerprint({ seed: '1' })).not.toBe(await fingerprint({ seed: '2' }));
  });
});

test('a backbone may start from random weights where it is told to', async () => {
  expect(options({ backbone: 'clip-rn50' }).weights).toBe('published');
  await expect(setUpTraining({ options: options({ weights: 'published' }) })).rejects.toThrow(
    /There are no published weights for clip-tiny/,
  );
  await expect(setUpTraining({ options: options({ backbone: 'clip-rn50', weights: 'random' }) })).resolves.toMatchObject({
    model: { backbone: { name: 'clip-rn50' } },
  });
});
