/** The commands that write, at their smallest: what each is given, what is there before, and what must never be half-written. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadImage } from '#antonym/datasets/load-image.js';
import { loadModel } from '#antonym/score/load-model.js';
import type { CrashProcess } from './crash-process.js';

export interface Scenario {
  readonly name: string;
  /** Words of the command line; INPUTS is the folder of inputs. */
  readonly words: readonly string[];
  /** Words of the repetition, where a run exists already. */
  readonly resume?: readonly string[];
  /** Folders of the inputs that are there before, such as the runs. */
  readonly given?: readonly string[];
  /** Commands whose results are there before. */
  readonly earlier?: readonly (readonly string[])[];
  /** Files and folders of results: each is the old one or the new one, whole, at every moment. */
  readonly results: readonly string[];
  /** Files that are a result each. */
  readonly eachFile?: RegExp;
  /** False for a result that a command does without, such as a cache. */
  readonly isNeeded?: boolean;
}

const pairs = ['--data', 'INPUTS/photos', '--count', '2', '--crop', '32', '--levels', '2', '--workers', '1'];
/** Two distortions: held-out crops of all take most of the time of an export. */
const small = '--batch-size 2 --crop 32 --held-out 1 --levels 2 --distortion jpeg,darken --degradations off'.split(' ');
const training = ['--data', 'INPUTS/photos', '--steps', '1', ...small];
const opinion = ['evaluate', 'opinion', 'INPUTS/ratings.csv', '--resamples', '100'];

const rated = 'evaluate opinion INPUTS/many.csv --resamples 100 --model INPUTS/runs/r/export --out p'.split(' ');
const list = ['score', '--list', 'INPUTS/list.txt', '--model', 'INPUTS/runs/r/export', '--out', 'p'];

/** As many ratings as a calibration needs. */
const many = Array.from({ length: 10 }, (_, index) => index);

export const scenarios: readonly Scenario[] = [
  {
    name: 'degrade image',
    words: ['degrade', 'image', 'INPUTS/photos/0.png', '--distortion', 'jpeg', '--level', '2', '--out', 'deep/o.png'],
    results: ['deep/o.png'],
  },
  {
    name: 'degrade gallery',
    words: ['degrade', 'gallery', 'INPUTS/photos/0.png', '--distortion', 'jpeg,darken', '--levels', '2', '--out', 'g'],
    results: ['g'],
  },
  { name: 'degrade pairs', words: ['degrade', 'pairs', ...pairs, '--out', 'd'], results: ['d'] },
  {
    name: 'degrade shards',
    words: ['degrade', 'shards', ...pairs, '--held-out', '1', '--out', 's'],
    results: [],
    eachFile: /^s\/.*\.tar$/,
  },
  {
    name: 'degrade check, with its cache',
    words: ['degrade', 'check', 'INPUTS/crowd'],
    results: [],
    eachFile: /^cache\/antonym\//,
    isNeeded: false,
  },
  {
    name: 'score, with its cache',
    words: ['score', 'INPUTS/photos', '--cache', '--model', 'INPUTS/runs/r/export'],
    results: [],
    eachFile: /^cache\/antonym\//,
    isNeeded: false,
  },
  { name: 'score --list', words: [...list, '--shard', '1/2'], results: [] },
  {
    name: 'score --merge',
    words: ['score', '--merge', '--out', 'p'],
    earlier: [
      [...list, '--shard', '1/2'],
      [...list, '--shard', '2/2'],
    ],
    results: ['p/scores.jsonl', 'p/scores-1-of-2.jsonl'],
  },
  { name: 'evaluate --list', words: [...rated, '--list', 'INPUTS/list.txt', '--shard', '1/2'], results: [] },
  {
    name: 'evaluate --merge',
    words: [...rated, '--merge'],
    earlier: ['1/2', '2/2'].map((shard) => [...rated, '--list', 'INPUTS/list.txt', '--shard', shard]),
    results: ['p/evaluation', 'p/scores-1-of-2.jsonl'],
  },
  {
    name: 'score --map',
    words: ['score', 'INPUTS/photos', '--map', 'm', '--map-tile', '64', '--model', 'INPUTS/runs/r/export'],
    results: ['m'],
  },
  {
    name: 'score --xmp',
    words: ['score', 'photos', '--xmp', 'photos', '--model', 'INPUTS/runs/r/export'],
    given: ['photos'],
    results: ['photos/0.png'],
    eachFile: /\.xmp$/,
  },
  {
    name: 'compare',
    words: ['compare', 'INPUTS/photos', 'INPUTS/others', '--model', 'INPUTS/runs/r/export', '--resamples', '100', '--out', 'c'],
    results: ['c'],
  },
  {
    name: 'calibrate',
    words: ['calibrate', '--opinion', 'INPUTS/many.csv', '--model', 'INPUTS/runs/r/export', '--out', 'k'],
    results: ['k'],
  },
  { name: 'evaluate opinion --out', words: [...opinion, '--model', 'INPUTS/runs/r/export', '--out', 'e'], results: ['e'] },
  {
    name: 'evaluate opinion of a run, again',
    words: [...opinion, '--seed', '2', '--model', 'r'],
    given: ['runs'],
    earlier: [[...opinion, '--model', 'r']],
    results: ['runs/r/evaluation/ratings', 'runs/r/export'],
  },
  {
    name: 'evaluate sensitivity of a run, again',
    words: ['evaluate', 'sensitivity', '--data', 'INPUTS/photos', '--model', 'r', '--crop', '32', '--levels', '3'],
    given: ['runs'],
    earlier: [['evaluate', 'sensitivity', '--data', 'INPUTS/photos', '--model', 'r', '--crop', '32', '--levels', '2']],
    results: ['runs/r/sensitivity/photos'],
  },
  {
    name: 'export of a run, again',
    words: ['export', '--run', 'r', '--scale', '7'],
    given: ['runs'],
    results: ['runs/r/export', 'runs/r/held-out'],
  },
  {
    name: 'export --out, over an earlier one',
    words: ['export', '--run', 'r', '--scale', '7', '--out', 'x'],
    given: ['runs'],
    earlier: [['export', '--run', 'r', '--out', 'x']],
    results: ['x', 'runs/r/export'],
  },
  {
    name: 'report',
    words: ['report', 'r'],
    given: ['runs'],
    earlier: [[...opinion, '--model', 'r']],
    results: ['runs/r/report.html', 'runs/r/export/MODEL_CARD.md', 'runs/r/tensorboard', 'runs/r/evaluation'],
  },
  {
    name: 'report of two runs',
    words: ['report', 'r', 'q'],
    given: ['runs'],
    results: ['runs/comparison.html', 'runs/r', 'runs/q'],
  },
  { name: 'prune', words: ['prune', 'linux-x64'], given: ['binaries'], results: ['binaries/linux/x64'] },
  {
    name: 'train',
    words: ['train', ...training, '--run', 'n'],
    resume: ['train', '--resume', 'n'],
    results: ['runs/n/export', 'runs/n/held-out', 'runs/n/checkpoints/last.safetensors', 'runs/n/checkpoints/best.safetensors'],
  },
];

/** Makes the inputs of all: photographs, ratings of them, the run `r`, its copy `q`, its model, and what looks like libraries of three platforms. */
export async function makeInputs(folder: string, crash: CrashProcess): Promise<void> {
  for (const [name, seed, count] of [
    ['photos', 5, 3],
    ['others', 6, 3],
    ['rated', 7, many.length],
    // as many as are worth a cache, of the size that is checked for by default
    ['crowd', 8, 16],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    const size = name === 'crowd' ? { width: 144, height: 120 } : { width: 96, height: 80 };
    for (let index = 0; index < count; index++) {
      const { data, width, height } = await loadImage({ kind: 'procedural', id: `${seed}-${index}`, seed, index, ...size });
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(join(folder, name, `${index}.png`));
    }
  }
  await writeFile(join(folder, 'ratings.csv'), `image,mos\n${[0, 1, 2].map((index) => `photos/${index}.png,${index + 1}`).join('\n')}\n`);
  await writeFile(join(folder, 'list.txt'), many.map((index) => `${join(folder, 'rated', `${index}.png`)}\n`).join(''));
  for (const platform of ['linux/x64', 'darwin/arm64', 'win32/x64']) {
    await mkdir(join(folder, 'binaries', platform), { recursive: true });
    for (const name of ['one', 'two']) await writeFile(join(folder, 'binaries', platform, name), `${name} of ${platform}`);
  }
  const words = ['train', ...training, '--run', 'r'].map((word) => word.replace('INPUTS', folder));
  const { code, message, unexpected } = await crash.ask({ kind: 'repeat', case: { folder, words } });
  if (code !== 0) throw new Error(message ?? unexpected);
  await cp(join(folder, 'runs', 'r'), join(folder, 'runs', 'q'), { recursive: true });
  // ratings that follow the scores, but for neighbors: a calibration needs them to
  const model = await loadModel(join(folder, 'runs', 'r', 'export'));
  const scores = await model.score(many.map((index) => join(folder, 'rated', `${index}.png`)));
  await model.close();
  const ordered = [...many].sort((a, b) => scores[a]! - scores[b]!);
  await writeFile(join(folder, 'many.csv'), `image,mos\n${ordered.map((index, rank) => `rated/${index}.png,${rank ^ 1}`).join('\n')}\n`);
}
