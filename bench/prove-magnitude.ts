/** Proof that MA-CLIP's score of whole photographs is what PyTorch computes, crops included, at published size; and its speed beside PyTorch's. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { findBackbone } from '#antonym/backbones/registry.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { tokenize } from '#antonym/prompts/clip-tokenizer.js';
import { promptSets } from '#antonym/prompts/prompt-pairs.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { openScorer } from '#antonym/score/scorer.js';
import { partsOf } from '#antonym/score/tiles.js';
import { UserError } from '#antonym/support/errors.js';
import { median, rounded } from './measure.js';
import { type Step, startSteps } from './step-process.js';

interface Flags {
  readonly backbone: string;
  readonly data?: string;
  readonly folder?: string;
  readonly python: string;
  readonly pairs: string;
}

/** Width and height: of MA-CLIP's benchmarks, odd ones, one under the crops' side, a large one. The first is timed. */
const sizes = [
  [1024, 768],
  [224, 224],
  [500, 500],
  [512, 384],
  [333, 251],
  [200, 300],
  [427, 640],
  [3000, 2000],
] as const;
const limit = 1e-4;
const script = fileURLToPath(new URL('../../bench/python/ma_clip_proof.py', import.meta.url));
/** Threads look out for work for some milliseconds; then they take nothing from the other side. */
const pauseMilliseconds = 200;

export async function benchProveMagnitude({ backbone, data, folder: given, python, pairs }: Flags): Promise<void> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'antonym-proof-')));
  await mkdir(folder, { recursive: true });
  try {
    const images = await writeImages(folder, backbone, data);
    if (!existsSync(join(folder, 'expected.json'))) await run(python, [script, '--backbone', backbone, '--folder', folder]);
    const exported = join(folder, 'exported');
    if (!existsSync(join(exported, 'model.onnx'))) await exportModel(backbone, join(folder, 'weights.pth'), exported);
    await prove(images, exported, JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')));
    if (Number(pairs) > 0) await measure(images[0]!, exported, Number(pairs), [script, '--backbone', backbone, '--folder', folder], python);
  } finally {
    if (given === undefined) await rm(folder, { recursive: true });
  }
}

/** Photographs of a folder, or rendered ones, at the sizes of the proof; and the prompts' tokens. */
async function writeImages(folder: string, backbone: string, data: string | undefined): Promise<Image[]> {
  const photographs = data === undefined ? [] : (await readdir(data)).filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
  const images: Image[] = [];
  for (const [index, [width, height]] of sizes.entries()) {
    if (data === undefined) {
      images.push(renderProcedural({ kind: 'procedural', id: `procedural-1-${index}`, seed: 1, index, width, height }));
      continue;
    }
    const path = join(data, photographs[index % photographs.length]!);
    images.push({ width, height, data: await sharp(path).resize(width, height, { fit: 'cover' }).removeAlpha().raw().toBuffer() });
  }
  const entries = images.map(({ width, height }, index) => ({ width, height, file: `image-${index}.rgb` }));
  for (const [index, { file }] of entries.entries()) await writeFile(join(folder, file), images[index]!.data);
  const { textEncoder } = findBackbone(backbone);
  if (!textEncoder) throw new UserError(`${backbone} has no text encoder: MA-CLIP compares with words`);
  const { data: ids, shape } = tokenize(promptSets['ma-clip'].flat(), textEncoder.context);
  const tokens = Array.from({ length: shape[0]! }, (_, row) => Array.from(ids, Number).slice(row * shape[1]!, (row + 1) * shape[1]!));
  await writeFile(join(folder, 'images.json'), JSON.stringify({ tokens, images: entries }));
  return images;
}

async function exportModel(backbone: string, weights: string, out: string): Promise<void> {
  const positions = findBackbone(backbone).embedWithoutPositions ? ['--positional-embedding', 'none'] : [];
  const program = fileURLToPath(new URL('../cli.js', import.meta.url));
  const model = ['--backbone', backbone, '--weights', weights, '--head', 'magnitude', ...positions];
  await run(process.execPath, [program, 'export', ...model, '--out', out]);
}

interface Expected {
  readonly scores: readonly number[];
  readonly score: number;
}

/** Scores of images by the scorer, and of every crop by the file itself. */
async function prove(images: readonly Image[], exported: string, expected: readonly Expected[]): Promise<void> {
  const path = join(exported, 'model.onnx');
  const scorer = await openScorer({ path }, { device: { device: 'cpu' }, onNotice: (notice) => process.stderr.write(`${notice}\n`) });
  const thread = new SessionThread();
  await thread.load('model', path);
  try {
    for (const [index, image] of images.entries()) {
      const { scores, score } = expected[index]!;
      const parts = partsOf(image.width, image.height, scorer.description);
      let worst = parts.length === scores.length ? 0 : Number.NaN;
      // of many crops, every eighth, and the last two
      for (const [place, { left, top, width, height }] of parts.entries()) {
        if (place % 8 !== 0 && place < parts.length - 2) continue;
        const { data } = cropImage(image, left, top, width, height);
        const results = await thread.run(
          'model',
          { image: { dataType: 'uint8', shape: [1, height, width, 3], data } },
          { outputs: ['score'] },
        );
        worst = Math.max(worst, Math.abs(Number(results.score!.data[0]) - scores[place]!));
      }
      const error = Math.abs((await scorer.score(image, { images: 1 })).score - score);
      const isRight = worst <= limit && error <= limit;
      if (!isRight) process.exitCode = 1;
      process.stdout.write(
        `${image.width}x${image.height}`.padEnd(10) +
          `${parts.length} crops, score ${score.toFixed(4)}: differs by ${error.toExponential(1)}, a crop by at most ${worst.toExponential(1)}, of ${limit}  ` +
          `${isRight ? 'ok' : 'TOO LARGE'}\n`,
      );
    }
  } finally {
    await thread.close();
    await scorer.close();
  }
}

/** The same photograph, in turns. */
async function measure(image: Image, exported: string, pairs: number, args: readonly string[], python: string): Promise<void> {
  const theirs = await startSteps(python, [...args, '--serve', '0'], (said) => new UserError(`PyTorch: ${said}`));
  const scorer = await openScorer({ path: join(exported, 'model.onnx') }, { device: { device: 'cpu' } });
  try {
    const [own, other]: [number[], Step[]] = [[], []];
    for (let pair = -1; pair < pairs; pair++) {
      const started = performance.now();
      await scorer.score(image, { images: 1 });
      const milliseconds = performance.now() - started;
      await setTimeout(pauseMilliseconds);
      const step = await theirs.step();
      await setTimeout(pauseMilliseconds);
      if (pair < 0) continue;
      own.push(milliseconds);
      other.push(step);
    }
    const [ours, pytorch] = [median(own), median(other.map(({ milliseconds }) => milliseconds))];
    const ratio = median(own.map((milliseconds, pair) => other[pair]!.milliseconds / milliseconds));
    process.stdout.write(
      `${image.width}x${image.height}: ${rounded(1000 / ours)} images/s, PyTorch ${rounded(1000 / pytorch)}; median of ${pairs} pairs in turn: ${rounded(ratio)} times as fast\n`,
    );
  } finally {
    await scorer.close();
    await theirs.close();
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 2, 2] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new UserError(`${[program, ...args].join(' ')} failed`);
}
