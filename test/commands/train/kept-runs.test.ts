/** A run keeps what it was started with: options, images and checkpoints are checked before it resumes. */
import { copyFile, cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { resultsOf } from '../run-files.js';
import { copyShortRun, settings } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);
const refused = (words: readonly string[], message: RegExp) => expectRefused(words, message, folder);

describe('a run', () => {
  beforeAll(async () => {
    await copyShortRun(folder);
    await cp(run('reference'), run('copy'), { recursive: true });
  });

  test('is never overwritten', async () => {
    const before = await resultsOf(run('reference'));
    const said = await refused(['train', ...settings, '--run', 'reference'], /The run "reference" exists already.*--resume reference/);
    expect(said, 'before anything is prepared').not.toContain('Preparing');
    expect(await resultsOf(run('reference'))).toEqual(before);
  });

  test('that is finished is exported again when it is resumed', async () => {
    await rm(run('copy', 'export'), { recursive: true });
    expect(await train('--resume', 'copy')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('copy'))).toEqual(await resultsOf(run('reference')));
  });

  test('keeps the options it was started with', async () => {
    await refused(['train', '--resume', 'copy', '--levels', '3'], /--levels 3 \(the run has 2\).*start a new run/);
  });

  test('does not resume with other images, and says so', async () => {
    const [photo, kept] = [join(folder, 'photos', '00.png'), join(folder, 'kept.png')];
    await rename(photo, kept);
    const missing = /The images of photos are not those that the run was started with: 00\.png is not there under any name\. Restore them/;
    await refused(['train', '--resume', 'copy'], missing);
    await refused(['export', '--run', 'copy'], missing);
    await copyFile(join(folder, 'photos', '01.png'), photo);
    const changed = /The images of photos are not those that the run was started with: 00\.png has changed since\. Restore them/;
    await refused(['train', '--resume', 'copy'], changed);
    await refused(['export', '--run', 'copy'], changed);
    const moved =
      /There is no dataset and no folder named "photos".* If the images of this run lie elsewhere now, say where: .*train.*--resume RUN --data FOLDER\.$/;
    await rename(join(folder, 'photos'), join(folder, 'moved'));
    await refused(['train', '--resume', 'copy'], moved);
    await refused(['export', '--run', 'copy'], moved);
    await rename(join(folder, 'moved'), join(folder, 'photos'));
    await rename(kept, photo);
    await rename(join(folder, 'photos'), join(folder, 'moved'));
    await refused(['train', '--resume', 'copy'], /no dataset and no folder named "photos"/);
    await rename(join(folder, 'moved'), join(folder, 'photos'));
  });

  test('with a damaged checkpoint is neither resumed nor exported, and says so', async () => {
    for (const file of ['last', 'best']) {
      const path = run('copy', 'checkpoints', `${file}.safetensors`);
      const command = file === 'last' ? ['train', '--resume', 'copy'] : ['export', '--run', 'copy'];
      const good = await readFile(path);
      const flipped = Buffer.from(good);
      flipped[good.length - 5]! ^= 4;
      await writeFile(path, flipped);
      await refused(command, new RegExp(`${file}\\.safetensors is damaged`));
      await writeFile(path, good);
      await truncate(path, good.length - 100);
      await refused(command, new RegExp(`${file}\\.safetensors`));
      await writeFile(path, 'no checkpoint');
      await refused(command, new RegExp(`${file}\\.safetensors`));
      await writeFile(path, good);
    }
  });
});
