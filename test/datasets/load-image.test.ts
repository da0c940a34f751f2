import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { PassingError } from '#antonym/support/files/passing-failures.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
await writePhotographs(folder, 1);
const path = join(folder, '00.png');
const reference = { kind: 'file', id: '00.png', path } as const;

test('a listed file that is missing for a moment is read when it is back', async () => {
  const expected = await loadImage(reference);
  await rename(path, `${path}.away`);
  const loading = loadImage(reference);
  await sleep(100);
  await rename(`${path}.away`, path);
  expect(await loading).toEqual(expected);
});

test('one that stays away is no damaged photograph, which another would replace', async () => {
  const gone = { ...reference, path: join(folder, 'gone.png') };
  await expect(loadImage(gone)).rejects.toThrow(PassingError);
  await writeFile(gone.path, 'no image');
  await expect(loadImage(gone)).rejects.not.toThrow(PassingError);
});
