/** Runs as training leaves them, without training: folders with known facts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { Evaluation } from '#antonym/evaluate/evaluation.js';
import type { Sensitivity } from '#antonym/evaluate/sensitivity.js';
import type { HeldOutScores } from '#antonym/export/held-out-scores.js';
import type { ModelDescription } from '#antonym/export/model-description.js';
import type { MetricsRow } from '#antonym/runs/metrics-log.js';
import { createRun, type RunFolder } from '#antonym/runs/run-directory.js';
import { resolveOptions, savedForm } from '#antonym/support/options/option-table.js';
import { trainOptions } from '#antonym/train/options.js';

export interface MadeRun {
  readonly flags?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly metrics?: readonly MetricsRow[];
  /** Path in the run's folder -> content; objects become JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
}

export async function makeRun(
  root: string,
  name: string,
  { flags = {}, environment = {}, metrics = [], files = {} }: MadeRun = {},
): Promise<RunFolder> {
  const resolved = resolveOptions(trainOptions, { flags }, { cores: 2 });
  const run = await createRun(root, { name }, savedForm(resolved), {
    antonym: '0.1.0',
    node: '20.0.0',
    packages: { sharp: '1' },
    ...environment,
  });
  await writeFile(run.folder.metrics, metrics.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const [path, content] of Object.entries(files)) {
    const target = join(run.folder.path, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  await run.close();
  return run.folder;
}

/** Steps 1 to `count`, the loss falling in a straight line from 1 to 0, with an evaluation every tenth of them. */
export function metricsOf(count: number, distortions: readonly string[] = ['jpeg', 'gaussian-blur']): MetricsRow[] {
  return Array.from({ length: count }, (_, index): MetricsRow[] => {
    const step = index + 1;
    const loss = 1 - index / Math.max(1, count - 1);
    const timings = { dataMilliseconds: 1, stepMilliseconds: 100, imagesPerSecond: 960 };
    const row = {
      kind: 'step',
      step,
      loss,
      consistency: loss / 2,
      positive: loss / 4,
      negative: loss / 8,
      learningRate: 1e-6,
      gradientNorm: 2,
      timings,
    };
    const ordering = { srcc: -step / count, ordered: 0.5 + step / count / 2 };
    const evaluation = {
      kind: 'evaluation',
      step,
      ...ordering,
      perDistortion: Object.fromEntries(distortions.map((name) => [name, ordering])),
    };
    return step % Math.max(1, Math.floor(count / 10)) === 0 ? [row, evaluation] : [row];
  }).flat();
}

export function modelOf(text: string): ModelDescription {
  const percentiles = { p5: 0.1, p25: 0.2, p50: 0.3, p75: 0.4, p95: 0.5 };
  return {
    format: 'antonym-model-1',
    method: text,
    backbone: `${text}: ${text}`,
    prompts: text,
    scale: 20,
    score: { range: [0, 1], direction: 'higher is better' },
    size: { minimumSide: 32, recommendedSide: 64 },
    largeImages: { policy: 'tiles', maximumPixels: 2 ** 21 },
    scorePercentiles: [0, 1, 2].map((level) => ({ level, ...percentiles })),
    evaluation: { srcc: -0.9, ordered: 0.95, perDistortion: { [text]: { srcc: -0.9, ordered: 0.95 } } },
    degradations: {
      output: 'degradations',
      groups: [text, 'noise'],
      thresholds: [0.2, 0.3],
      measured: {
        photographs: 7,
        pristine: { crops: 50, falseAlarms: 0.04 },
        single: {
          from: 0.6,
          crops: 20,
          recognized: 0.75,
          largest: 0.85,
          confusion: [
            [8, 1, 1],
            [0, 7, 3],
          ],
        },
        double: { crops: 10, found: 0.7 },
      },
      own: { photographs: 48, alarms: 0.4, raised: 0 },
    },
    data: { name: text, licence: text, homepage: text, citation: text, images: 9, heldOut: 3 },
    training: { step: 10, steps: 10, seed: 1, levels: 2, crop: 64 },
    version: text,
    commit: text,
  };
}

export const parity = { crops: 96, largestDifference: { score: 1.3e-7, similarity: 1e-7 }, tolerance: 1e-5 };

export function heldOutOf(text: string, file = 'highest-1.png'): HeldOutScores {
  const levels = [0.9, 0.6, 0.1].map((mean, level) => ({ level, mean, p25: mean - 0.05, p75: mean + 0.05 }));
  const crop = { file, image: text, distortion: text, level: 2, score: 0.123 };
  const strip = { file, image: text, distortion: text, scores: [0.9, 0.6, 0.1], ordered: 1 };
  const shared = { format: 'antonym-held-out-1', step: 10, levels: 2, crop: 8, images: 3 } as const;
  const distortions = [text, 'jpeg'].map((name) => ({ name, group: text, srcc: -1, ordered: 1, levels }));
  return { ...shared, distortions, highest: [crop], lowest: [crop], inOrder: [strip], outOfOrder: [strip] };
}

export function evaluationOf(run: string, text: string, scatterSvg = 'scatter.svg'): Evaluation {
  const estimate = { value: 0.5, low: 0.4, high: 0.6 };
  const measure = { srcc: estimate, krcc: estimate, plcc: estimate, rmse: estimate, fit: null, overrated: [], underrated: [] };
  const files = { scatterSvg, scatterPng: 'scatter.png', misjudgedPng: 'misjudged.png' };
  return {
    format: 'antonym-evaluation-1',
    opinion: { name: text, direction: 'higher is better', citation: text, images: 50, missing: [text], withoutOpinion: [], unusable: [] },
    bootstrap: { resamples: 1000, seed: 1, confidence: 0.95 },
    measures: [
      { name: text, kind: 'model', run, ...measure, files },
      { name: 'laplacian', kind: 'baseline', ...measure, srcc: { value: null, low: null, high: null }, files },
    ],
    comparisons: [],
    files: { scores: 'scores.csv' },
    version: '0.1.0',
  };
}

export function sensitivityOf(run: string, text: string): Sensitivity {
  const { distortions } = heldOutOf(text);
  const consistency = { cropDifference: 0.01, cropSrcc: 0.9 };
  return {
    format: 'antonym-sensitivity-1',
    data: { name: text, images: 7 },
    levels: 2,
    crop: 8,
    seed: 1,
    measures: [
      {
        name: text,
        kind: 'model',
        run,
        srcc: -1,
        ordered: 1,
        ...consistency,
        distortions: distortions.map((distortion) => ({ ...distortion, ...consistency })),
      },
    ],
    files: { chartSvg: 'c.svg', chartPng: 'c.png' },
    version: '0.1.0',
  };
}

/** A picture of noise, so that compression does not make it small. */
export function picture(width: number, height: number): Promise<Buffer> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * index * 31 + index * 17) % 251);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Everything that a run can have, with one text wherever a text can be. */
export async function wholeRun(root: string, name: string, text: string): Promise<RunFolder> {
  return makeRun(root, name, {
    flags: { steps: '100', data: text, prompts: text },
    environment: { processor: text, [text]: text },
    metrics: metricsOf(100, ['jpeg', text]),
    files: {
      'export/model.json': modelOf(text),
      'export/parity.json': parity,
      'export/model.onnx': 'onnx',
      'held-out/scores.json': heldOutOf(text),
      'held-out/highest-1.png': await picture(24, 8),
      'previews/step-1.png': await picture(400, 300),
      'evaluation/mine/evaluation.json': evaluationOf(name, text),
      'evaluation/mine/scatter.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'evaluation/mine/misjudged.png': await picture(9, 9),
      'sensitivity/mine/sensitivity.json': sensitivityOf(name, text),
    },
  });
}
