import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expandPaths } from '#antonym/datasets/expand-paths.js';
import { readTarImages } from '#antonym/datasets/tar-images.js';
import { packTar } from '#antonym/support/archives/tar-archive.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const members = ['000.jpg', '000.json', 'deep/001.PNG', '001.txt', '.002.jpg', '003.webp'];

async function archive(name: string): Promise<{ path: string; bytes: Buffer }> {
  async function* list() {
    for (const member of members) yield { name: member, data: Buffer.from(`content of ${member}`) };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(list())) chunks.push(chunk);
  const [path, bytes] = [join(folder, name), Buffer.concat(chunks)];
  await writeFile(path, bytes);
  return { path, bytes };
}

test('the images of an archive take its place, in its order, and the other members are counted', async () => {
  const { path } = await archive('shard.tar');
  const { files, leftOut, failed } = await expandPaths([path], { withArchives: true });
  const images = ['000.jpg', 'deep/001.PNG', '003.webp'];
  expect(files.map((file) => file.path)).toEqual(images.map((name) => `${path}/${name}`));
  expect(failed).toEqual([]);
  expect(leftOut.files).toEqual({ '.json': 1, '.txt': 1, '.jpg': 1 });
  const read: string[] = [];
  for await (const { path: from, data } of readTarImages(path)) read.push(`${from}: ${Buffer.from(data)}`);
  expect(read).toEqual(images.map((name) => `${path}/${name}: content of ${name}`));
});

test('an archive that is cut off, or none, is refused in one line', async () => {
  const { path, bytes } = await archive('cut.tar');
  await writeFile(path, bytes.subarray(0, 700));
  await writeFile(join(folder, 'text.tar'), 'text that is no archive '.repeat(100));
  await writeFile(join(folder, 'empty.tar'), Buffer.alloc(1024));
  const { files, failed } = await expandPaths(
    ['cut.tar', 'text.tar', 'empty.tar'].map((name) => join(folder, name)),
    { withArchives: true },
  );
  expect(files).toEqual([]);
  expect(failed.map(({ error }) => error.message)).toEqual([
    `Cannot read ${join(folder, 'cut.tar')}: it is not a tar archive, or it is cut off.`,
    `Cannot read ${join(folder, 'text.tar')}: it is not a tar archive, or it is cut off.`,
    `${join(folder, 'empty.tar')} has no supported images in it.`,
  ]);
});
