/** Options that the commands of degrade share. */
import { availableParallelism } from 'node:os';
import { names, text, wholeNumber } from '../../support/options/option-kinds.js';
import type { OptionTable } from '../../support/options/option-table.js';
import { defaultDatasetName } from '../../train/options/data-options.js';
import { trainOptions } from '../../train/options.js';
import { excludeOption } from '../shared-options.js';

export const levelsOption = {
  ...trainOptions.levels,
  reason: 'as in training',
};

export const seedOption = { ...trainOptions.seed, description: 'names all random draws', reason: 'equal seeds give equal pictures' };

export const distortionOption = {
  kind: names(),
  placeholder: 'NAME,...',
  description: 'distortions or groups, or all',
  details: '"degrade list" lists them; -NAME takes one out.',
  withoutIt: "KADID-10k's 24",
};

export const severityOption = { ...trainOptions.severity, reason: 'as in training' };

/** Options of pairs, whether they are written as pictures or as shards. */
export const pairOptions = {
  data: {
    kind: text('the name of a dataset of datasets.json, or a folder of images'),
    placeholder: 'NAME|FOLDER',
    description: 'photographs',
    default: defaultDatasetName,
  },
  exclude: excludeOption,
  downscale: { ...trainOptions.downscale, reason: 'photographs are taken to be pristine' },
  count: { kind: wholeNumber({ min: 1 }), placeholder: 'N', description: 'number of pairs', default: 16 },
  levels: levelsOption,
  crop: {
    kind: trainOptions.crop.kind,
    placeholder: 'PIXELS',
    description: 'side of the crops',
    default: 224,
    reason: "CLIP's encoders were trained at this size, and it is enough to judge by eye",
  },
  distortion: distortionOption,
  severity: severityOption,
  maxDistortions: { ...trainOptions.maxDistortions, reason: 'as in training' },
  sampling: {
    kind: trainOptions.sampling.kind,
    placeholder: trainOptions.sampling.placeholder,
    description: trainOptions.sampling.description,
    details: trainOptions.sampling.details,
    default: 'uniform',
    reason: 'as in training of pretrained backbones, and as published; clip-tiny takes weighted',
  },
  seed: seedOption,
  workers: {
    kind: trainOptions.workers.kind,
    placeholder: 'N',
    description: 'threads',
    default: { text: 'one per processor', derive: () => Math.min(64, availableParallelism()) },
  },
} satisfies OptionTable;
