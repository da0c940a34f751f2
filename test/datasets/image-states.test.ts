/** A photograph that was replaced under its name is another one. */
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageStates } from '#antonym/datasets/image-states.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

test('the states of images change with their content, and with nothing else', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.png');
  const images = [
    { kind: 'file', id: 'a.png', path } as const,
    { kind: 'procedural', id: 'procedural-1-0', seed: 1, index: 0, width: 8, height: 8 } as const,
  ];
  expect(await imageStates(images)).toEqual({ 'a.png': 'missing', 'procedural-1-0': 'rendered' });
  await writeFile(path, 'one');
  await utimes(path, 1000, 1000);
  const states = await imageStates(images);
  expect(states['a.png']).toBe('3 bytes of 1970-01-01T00:16:40.000Z');
  expect(await imageStates(images)).toEqual(states);
  await writeFile(path, 'two');
  expect((await imageStates(images))['a.png']).not.toBe(states['a.png']);
});
