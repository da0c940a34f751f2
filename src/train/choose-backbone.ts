/** The image encoder that options describe: one of the program's own, or a file; a run keeps a copy of the file. */
import { basename, join } from 'node:path';
import type { Backbone } from '../backbones/backbone.js';
import { configureBackbone } from '../backbones/configure-backbone.js';
import { openOnnxBackbone } from '../backbones/onnx-backbone.js';
import { imageNetPixels } from '../backbones/pixel-statistics.js';
import { isOnnxFile } from '../backbones/preset.js';
import { findBackbone } from '../backbones/registry.js';
import { requireBackboneCopy } from '../runs/backbone-copy.js';
import type { RunFolder } from '../runs/run-directory.js';
import { UserError } from '../support/errors.js';
import { flagOf } from '../support/options/option-table.js';
import type { TrainOptions } from './options.js';

type BackboneChoice = Pick<TrainOptions, 'backbone' | 'output' | 'mean' | 'std' | 'freeze' | 'batchNorm' | 'positionalEmbedding'>;

const usual = { mean: imageNetPixels.mean, std: imageNetPixels.standardDeviation } as const;

/**
 * @param run whose copy of a file is read, instead of the file that the options name
 * @throws UserError when there is no such backbone, it cannot be used, or an option does not fit it.
 */
export async function chooseBackbone(options: BackboneChoice, run?: RunFolder): Promise<Backbone> {
  const { backbone: name, output } = options;
  if (isOnnxFile(name)) {
    if (run) await requireBackboneCopy(run);
    const opened = await openOnnxBackbone(run ? join(run.backbone, basename(name)) : name, {
      output,
      mean: channels('mean', options.mean, { min: 0, max: 1 }),
      standardDeviation: channels('std', options.std, { min: 1e-3, max: 10 }),
    });
    return configureBackbone(opened, options);
  }
  const described = (['output', 'mean', 'std'] as const).find((key) => options[key] !== 'auto');
  if (described === undefined) return configureBackbone(findBackbone(name), options);
  throw new UserError(
    `${flagOf(described)} describes an ONNX file, but the backbone is ${name}, which needs no description. Leave it out.`,
  );
}

/** One number per channel. */
function channels(key: 'mean' | 'std', text: string, { min, max }: { min: number; max: number }): readonly [number, number, number] {
  if (text === 'auto') return usual[key];
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length === 3 && numbers.every((value) => value >= min && value <= max)) return numbers as [number, number, number];
  throw new UserError(`${flagOf(key)} must be three numbers from ${min} to ${max}, separated by commas, or auto, but received ${text}.`);
}
