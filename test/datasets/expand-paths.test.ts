/** The files, folders and patterns of a command line. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { expandPaths } from '#antonym/datasets/expand-paths.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const at = (name: string): string => join(folder, name);

test('gives files in the order given, and says of the others why they give none', async () => {
  await mkdir(at('https:/host'), { recursive: true });
  for (const name of ['a.png', 'b.png', 'https:/host/c.png']) await writeFile(at(name), '');
  const given = [
    at('b.png'),
    at('nowhere.png'),
    'https://host/c.png',
    pathToFileURL(at('a.png')).href,
    at('*.png'),
    at('https://host/c.png'),
    '',
  ];
  const { files, failed } = await expandPaths(given);
  expect(files.map(({ path }) => path)).toEqual([at('b.png'), at('a.png'), at('b.png'), at('https://host/c.png')]);
  expect(failed.map(({ place, error }) => [place, error.message])).toEqual([
    [1, expect.stringMatching(/^Cannot read .*nowhere\.png: it does not exist\.$/)],
    [1, 'https://host/c.png is a URL, not a path: nothing is fetched. Save the image and give its path.'],
    [1, `${given[3]} is a URL, not a path: give the path of the file.`],
    [4, 'A path is empty, as a variable of the shell may be.'],
  ]);
});
