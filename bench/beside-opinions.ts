/** Runs that were trained with opinions beside what needs no training: the label-free model that ships, and a ridge regression on the encoder's features, on the same test images. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseEvaluation } from '#antonym/evaluate/evaluation.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { loadModel } from '#antonym/score/load-model.js';
import { srcc } from '#antonym/statistics/rank-correlation.js';
import { markdownTable } from './markdown-table.js';

interface Flags {
  readonly runs: string;
  readonly encoder: string;
  readonly images: string;
}

const seenSchema = z.object({ images: z.array(z.object({ image: z.string(), opinion: z.number(), part: z.string() })) });
type Rated = z.infer<typeof seenSchema>['images'][number];

/** Penalties of the ridge; the validation part chooses. */
const penalties = [1, 10, 100, 1000, 10_000];

/** Prints SRCC on the test part of each run: the run, the label-free model, the ridge; and means with deviations. */
export async function benchBesideOpinions({ runs, encoder, images }: Flags): Promise<void> {
  await using labelFree = await loadModel();
  const features = await openFeatures(encoder, images);
  const rows: (readonly [string, number, number, number])[] = [];
  try {
    for (const run of runs.split(',')) {
      const folder = join('runs', run);
      const seen = seenSchema.parse(JSON.parse(await readFile(join(folder, 'export/seen-opinions.json'), 'utf8')));
      const part = (name: string): Rated[] => seen.images.filter((rated) => rated.part === name);
      const test = part('test');
      const opinions = test.map(({ opinion }) => opinion);
      const scores: number[] = [];
      for (const { image } of test) scores.push(await labelFree.score(join(images, image)));
      const ridge = await ridgePredictions(part('training'), part('validation'), test, features.of);
      rows.push([run, await ownSrcc(folder), srcc(scores, opinions), srcc(ridge, opinions)]);
    }
  } finally {
    await features.close();
  }
  const summary = [1, 2, 3].map((column) => {
    const values = rows.map((row) => row[column] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return `${mean.toFixed(3)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(3)}`;
  });
  const body = rows.map(([name, ...values]) => [name, ...values.map((value) => value.toFixed(3))]);
  const header = ['SRCC on the test images', 'trained', 'label-free', 'ridge'];
  process.stdout.write(markdownTable([header, ...body, ['mean and deviation', ...summary]]));
}

async function ownSrcc(folder: string): Promise<number> {
  const name = (await readdir(join(folder, 'evaluation'))).find((entry) => entry.endsWith('-test'))!;
  const path = join(folder, 'evaluation', name, 'evaluation.json');
  return parseEvaluation(await readFile(path, 'utf8'), path).measures[0]!.srcc.value ?? Number.NaN;
}

/** Embeddings of whole images by an encoder of pixels from 0 to 1; each image is embedded once. */
async function openFeatures(encoder: string, images: string) {
  const thread = new SessionThread({ threads: 1 });
  await thread.load('encoder', await readFile(encoder));
  const known = new Map<string, Float32Array>();
  return {
    async of(image: string): Promise<Float32Array> {
      const found = known.get(image);
      if (found) return found;
      const { width, height, data } = await decodeImage(join(images, image));
      const planes = new Float32Array(data.length);
      const size = width * height;
      for (let at = 0; at < data.length; at++) planes[(at % 3) * size + Math.floor(at / 3)] = data[at]! / 255;
      const { embedding } = await thread.run('encoder', { pixels: { dataType: 'float32', shape: [1, 3, height, width], data: planes } });
      const values = (embedding!.data as Float32Array).slice();
      known.set(image, values);
      return values;
    },
    close: () => thread.close(),
  };
}

/** Ridge regression on standardized features, in its dual form: y = mean + k (K + penalty I)^-1 (y - mean). */
async function ridgePredictions(
  training: readonly Rated[],
  validation: readonly Rated[],
  test: readonly Rated[],
  features: (image: string) => Promise<Float32Array>,
): Promise<number[]> {
  const rowsOf = async (part: readonly Rated[]): Promise<Float32Array[]> => {
    const rows: Float32Array[] = [];
    for (const { image } of part) rows.push(await features(image));
    return rows;
  };
  const [own, chosen, asked] = [await rowsOf(training), await rowsOf(validation), await rowsOf(test)];
  const size = own[0]!.length;
  const means = Float64Array.from({ length: size }, (_, at) => own.reduce((sum, row) => sum + row[at]!, 0) / own.length);
  const deviations = means.map((mean, at) => Math.sqrt(own.reduce((sum, row) => sum + (row[at]! - mean) ** 2, 0) / own.length) || 1);
  const standardized = (rows: readonly Float32Array[]): Float64Array[] =>
    rows.map((row) => Float64Array.from(row, (value, at) => (value - means[at]!) / deviations[at]!));
  const [x, v, t] = [standardized(own), standardized(chosen), standardized(asked)];
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const kernel = x.map((row) => x.map((other) => dot(row, other)));
  const mean = training.reduce((sum, { opinion }) => sum + opinion, 0) / training.length;
  const candidates = penalties.map((penalty) => {
    const weights = solve(
      kernel.map((row, i) => row.map((value, j) => value + (i === j ? penalty : 0))),
      training.map(({ opinion }) => opinion - mean),
    );
    const predict = (rows: readonly Float64Array[]): number[] =>
      rows.map((row) => mean + x.reduce((sum, other, at) => sum + weights[at]! * dot(row, other), 0));
    const agreement = srcc(
      predict(v),
      validation.map(({ opinion }) => opinion),
    );
    return { agreement, predict };
  });
  return candidates.reduce((best, other) => (other.agreement > best.agreement ? other : best)).predict(t);
}

/** A symmetric positive definite system, by Gauss' elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]!]);
  const count = rows.length;
  for (let column = 0; column < count; column++)
    for (let row = column + 1; row < count; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!;
      if (factor !== 0) for (let at = column; at <= count; at++) rows[row]![at]! -= factor * rows[column]![at]!;
    }
  const result = new Array<number>(count).fill(0);
  for (let row = count - 1; row >= 0; row--) {
    let sum = rows[row]![count]!;
    for (let at = row + 1; at < count; at++) sum -= rows[row]![at]! * result[at]!;
    result[row] = sum / rows[row]![row]!;
  }
  return result;
}
