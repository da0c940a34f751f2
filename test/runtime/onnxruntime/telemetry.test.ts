/**
 * Nothing leaves the machine, and nothing is written but where it was asked for: every command, and the library on the main thread and in a thread of the
 * program that uses it, watched while no variable silences ONNX Runtime's telemetry.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { program } from '../../commands/antonym.js';
import { writeRandomModel } from '../../commands/random-model.js';
import { twoDistortions } from '../../commands/train/reference-run.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { hasStrace, unlessStrace, type WatchedRun, watchedRun } from '../../support/watched-run.js';

const folder = await temporaryFolder();
const opinions = [
  '--opinion',
  'opinions.csv',
  '--images',
  'photos',
  '--image-column',
  'name',
  '--mos-column',
  'quality',
  '--resamples',
  '100',
];
const training = [
  'train',
  '--run',
  'trained',
  '--data',
  'photos',
  '--steps',
  '2',
  '--batch-size',
  '2',
  '--crop',
  '32',
  '--held-out',
  '1',
  '--levels',
  '2',
  '--workers',
  '1',
  '--degradations',
  'off',
  ...twoDistortions,
];
const library = import.meta.resolve('#antonym/index.js');
const scoring = `
  const { loadModel } = await import(${JSON.stringify(library)});
  const model = await loadModel('model');
  console.log(await model.score('photos/00.png'));
  await model.close();`;

let trained: WatchedRun;
beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 4);
  await writeRandomModel(join(folder, 'model'));
  await writeFile(join(folder, 'opinions.csv'), 'name,quality\n00.png,1\n01.png,3\n02.png,2\n03.png,4\n');
  // the fewest that a calibration takes
  await writePhotographs(join(folder, 'rated'), 10);
  const ratings = Array.from({ length: 10 }, (_, index) => `rated/${String(index).padStart(2, '0')}.png,${1 + (index % 5)}\n`);
  await writeFile(join(folder, 'ratings.csv'), `image,mos\n${ratings.join('')}`);
  await writeFile(join(folder, 'main-thread.mjs'), scoring);
  await writeFile(
    join(folder, 'worker-thread.mjs'),
    `import { isMainThread, Worker } from 'node:worker_threads';
    if (isMainThread) new Worker(new URL(import.meta.url));
    else {${scoring}}`,
  );
  trained = await watchedRun([process.execPath, program, ...training], folder);
});

/** Fingerprints of the photographs of `--data FOLDER`: the only files that Antonym itself keeps elsewhere. */
const ownCache = /^cache\/antonym(\/|$)/;

function expectNothingOutside({ status, stderr, outside, sockets }: WatchedRun): void {
  expect(status, stderr).toBe(0);
  expect(outside.filter((path) => !ownCache.test(path))).toEqual([]);
  expect(sockets).toEqual(hasStrace ? [] : null);
}

describe(`nothing is sent, and nothing written elsewhere${unlessStrace}`, () => {
  test('train, which exports', () => expectNothingOutside(trained));

  test.each([
    ['score', program, 'score', '--model', 'model', 'photos/00.png'],
    ['export', program, 'export', '--run', 'trained', '--out', 'exported'],
    ['evaluate', program, 'evaluate', ...opinions, '--model', 'model'],
    ['calibrate', program, 'calibrate', '--opinion', 'ratings.csv', '--model', 'model', '--direction', 'lower', '--out', 'calibrated'],
    ['compare', program, 'compare', 'photos/00.png', 'photos/01.png', '--model', 'model'],
    ['the library', 'main-thread.mjs'],
    ['the library in a thread of the program', 'worker-thread.mjs'],
  ])('%s', async (_, ...command) => {
    expectNothingOutside(await watchedRun([process.execPath, ...command], folder));
  });
});

describe('the watch sees', () => {
  test('the files of ONNX Runtime where the user wants telemetry', async () => {
    const { outside } = await watchedRun([process.execPath, 'main-thread.mjs'], folder, { ORT_DISABLE_TELEMETRY: '0' });
    expect(outside).toContain('cache/Microsoft/DeveloperTools/.onnxruntime/deviceid');
    expect(outside).toContainEqual(expect.stringMatching(/^temporary\/mat-debug-\d+\.log$/));
  });

  test.skipIf(!hasStrace)(`sockets, and files that are removed again${unlessStrace}`, async () => {
    const leaking = `
      const fs = require('node:fs');
      const path = require('node:path').join(require('node:os').tmpdir(), 'leak');
      fs.mkdirSync(path);
      fs.writeFileSync(path + '/file', '');
      fs.rmSync(path, { recursive: true });
      require('node:net').connect(9, '127.0.0.1').on('error', () => {});`;
    const { outside, sockets } = await watchedRun([process.execPath, '--eval', leaking], folder);
    expect(outside).toEqual(['temporary/leak', 'temporary/leak/file']);
    expect(sockets).toEqual([expect.stringMatching(/^socket\(AF_INET/)]);
  });
});
