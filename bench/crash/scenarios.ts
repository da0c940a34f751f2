/** The commands that write, at their smallest: what each is given, what is there before, and what must never be half-written. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { loadImage } from '#antonym/datasets/load-image.js';

export interface Scenario {
  readonly name: string;
  /** Words of the command line; INPUTS is the folder of inputs. */
  readonly words: readonly string[];
  /** Words of the repetition, where a run exists already. */
  readonly resume?: readonly string[];
  /** True where the run `r` is there before. */
  readonly hasRun: boolean;
  /** Commands whose results are there before. */
  readonly earlier?: readonly (readonly string[])[];
  /** Files and folders of results: each is the old one or the new one, whole, at every moment. */
  readonly results: readonly string[];
  /** Results that are of one age once the next command has looked at the run. */
  readonly together?: readonly string[];
}

const pairs = ['--data', 'INPUTS/photos', '--count', '2', '--crop', '32', '--levels', '2', '--workers', '1'];
/** Two distortions: held-out crops of all take most of the time of an export. */
const small = ['--batch-size', '2', '--crop', '32', '--held-out', '1', '--levels', '2', '--distortion', 'jpeg,darken'];
const training = ['--data', 'INPUTS/photos', '--steps', '1', ...small];
const opinion = ['evaluate', 'opinion', 'INPUTS/ratings.csv', '--resamples', '100'];

/** As many ratings as a calibration needs. */
const many = Array.from({ length: 10 }, (_, index) => index);

export const scenarios: readonly Scenario[] = [
  {
    name: 'degrade image',
    words: ['degrade', 'image', 'INPUTS/photos/0.png', '--distortion', 'jpeg', '--level', '2', '--out', 'deep/o.png'],
    hasRun: false,
    results: ['deep/o.png'],
  },
  {
    name: 'degrade gallery',
    words: ['degrade', 'gallery', 'INPUTS/photos/0.png', '--distortion', 'jpeg,darken', '--levels', '2', '--out', 'g'],
    hasRun: false,
    results: ['g'],
  },
  { name: 'degrade pairs', words: ['degrade', 'pairs', ...pairs, '--out', 'd'], hasRun: false, results: ['d'] },
  { name: 'degrade shards', words: ['degrade', 'shards', ...pairs, '--held-out', '1', '--out', 's'], hasRun: false, results: [] },
  {
    name: 'compare',
    words: ['compare', 'INPUTS/photos', 'INPUTS/others', '--model', 'INPUTS/runs/r/export', '--resamples', '100', '--out', 'c'],
    hasRun: false,
    results: ['c'],
  },
  {
    name: 'calibrate',
    words: ['calibrate', '--direction', 'lower', '--opinion', 'INPUTS/many.csv', '--model', 'INPUTS/runs/r/export', '--out', 'k'],
    hasRun: false,
    results: ['k'],
  },
  { name: 'evaluate opinion --out', words: [...opinion, '--model', 'INPUTS/runs/r/export', '--out', 'e'], hasRun: false, results: ['e'] },
  {
    name: 'evaluate opinion of a run, again',
    words: [...opinion, '--seed', '2', '--model', 'r'],
    hasRun: true,
    earlier: [[...opinion, '--model', 'r']],
    results: ['runs/r/evaluation/ratings', 'runs/r/export'],
  },
  {
    name: 'evaluate sensitivity of a run, again',
    words: ['evaluate', 'sensitivity', '--data', 'INPUTS/photos', '--model', 'r', '--crop', '32', '--levels', '3'],
    hasRun: true,
    earlier: [['evaluate', 'sensitivity', '--data', 'INPUTS/photos', '--model', 'r', '--crop', '32', '--levels', '2']],
    results: ['runs/r/sensitivity/photos'],
  },
  {
    name: 'export of a run, again',
    words: ['export', '--run', 'r', '--scale', '7'],
    hasRun: true,
    results: ['runs/r/export', 'runs/r/held-out'],
    together: ['runs/r/export', 'runs/r/held-out'],
  },
  {
    name: 'export --out, over an earlier one',
    words: ['export', '--run', 'r', '--scale', '7', '--out', 'x'],
    hasRun: true,
    earlier: [['export', '--run', 'r', '--out', 'x']],
    results: ['x', 'runs/r/export'],
  },
  {
    name: 'report',
    words: ['report', 'r'],
    hasRun: true,
    earlier: [[...opinion, '--model', 'r']],
    results: ['runs/r/report.html', 'runs/r/export/MODEL_CARD.md', 'runs/r/tensorboard', 'runs/r/evaluation'],
  },
  {
    name: 'train',
    words: ['train', ...training, '--run', 'n'],
    resume: ['train', '--resume', 'n'],
    hasRun: false,
    results: ['runs/n/export', 'runs/n/held-out', 'runs/n/checkpoints/last.safetensors', 'runs/n/checkpoints/best.safetensors'],
  },
];

/** Makes the inputs of all: photographs, ratings of them, the run `r`, and its model. */
export async function makeInputs(folder: string): Promise<void> {
  for (const [name, seed, count] of [
    ['photos', 5, 3],
    ['others', 6, 3],
    ['rated', 7, many.length],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    for (let index = 0; index < count; index++) {
      const { data, width, height } = await loadImage({ kind: 'procedural', id: `${seed}-${index}`, seed, index, width: 72, height: 64 });
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(join(folder, name, `${index}.png`));
    }
  }
  await writeFile(join(folder, 'ratings.csv'), `image,mos\n${[0, 1, 2].map((index) => `photos/${index}.png,${index + 1}`).join('\n')}\n`);
  await writeFile(join(folder, 'many.csv'), `image,mos\n${many.map((index) => `rated/${index}.png,${(index * 7) % 11}`).join('\n')}\n`);
  const words = ['train', ...training, '--run', 'r'].map((word) => word.replace('INPUTS', folder));
  await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.resolve('#antonym/cli.js')), ...words], { cwd: folder });
}
