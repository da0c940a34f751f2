/** Options of training that say what it learns from: photographs, their distortions, crops and the held-out part. */
import { kadidPool } from '../../degrade/kadid10k.js';
import { severityTables } from '../../degrade/published-severities.js';
import { samplings } from '../../degrade/sampling.js';
import { cropMultiple, largestCrop, smallestCrop } from '../../pairs/crops.js';
import { numberOr, oneOf, text, wholeNumber } from '../../support/options/option-kinds.js';
import { fromPresets } from '../presets.js';
import type { TrainOptionGroup } from './train-option.js';

/** `--pairs` when pairs are made while training. */
export const noPairs = 'none';
/** `--pairs-sha256` when any will do. */
export const anyPairs = 'any';

/** `--exclude` when nothing is. */
export const noPatterns = 'none';

/** The dataset that needs no files. */
export const defaultDatasetName = 'scenes';

/** The patterns of `--exclude`, of training or of another command; undefined without any. */
export function patternsOf(exclude: string | readonly string[] | undefined): readonly string[] | undefined {
  if (typeof exclude !== 'string') return exclude;
  return exclude === noPatterns ? undefined : exclude.split(',').map((pattern) => pattern.trim());
}

export const dataOptions = {
  data: {
    kind: text('the name of a dataset of datasets.json, or a folder of images'),
    placeholder: 'NAME|FOLDER',
    description: 'pristine images',
    default: defaultDatasetName,
    reason: 'rendered from the seed: needs no photographs',
    changesResult: true,
  },
  exclude: {
    kind: { ...text('patterns separated by commas, or none'), joins: true },
    placeholder: 'PATTERN,...',
    description: 'files and folders to leave out',
    details: 'Patterns such as "thumbs", "*-small.jpg" or "2019/**", of names or of paths below the folder.',
    default: noPatterns,
    reason: 'only folders of the system and of other programs are left out',
    changesResult: true,
  },
  downscale: {
    kind: numberOr('auto', { min: 1, max: 16 }),
    placeholder: 'FACTOR',
    description: 'shrink photographs, or auto',
    details:
      'Shrinking by this factor removes traces of JPEG, blur and noise; auto: as much as a sample of the photographs needs. ' +
      '"degrade check" says what it finds in them.',
    default: 1,
    reason: 'photographs are taken to be pristine',
    changesResult: true,
  },
  levels: {
    kind: wholeNumber({ min: 2, max: 20 }),
    placeholder: 'N',
    description: 'severity levels',
    details: 'Levels of every distortion, besides the pristine one.',
    default: 5,
    reason: 'as many as in QualiCLIP and KADID-10k',
    changesResult: true,
  },
  crop: {
    kind: wholeNumber({ min: smallestCrop, max: largestCrop, multipleOf: cropMultiple }),
    placeholder: 'PIXELS',
    description: 'side of the crops',
    default: 96,
    preset: fromPresets('crop'),
    reason: 'twelve JPEG blocks across: in the same time, crops of 64 and of 128 teach clip-tiny less',
    changesResult: true,
  },
  distortion: {
    kind: text('names of distortions or groups separated by commas, all, or kadid-10k; -NAME takes one out'),
    placeholder: 'NAME,...',
    description: 'distortions or groups',
    details: 'Training draws from them, and held-out images are measured with each. "degrade list" lists them.',
    default: kadidPool,
    reason:
      "the 24 of KADID-10k that QualiCLIP takes, with severities of our own (docs/distortions.md); pipeline for today's cameras and codecs, blur,pipeline for capture",
    changesResult: true,
  },
  severity: {
    kind: oneOf(severityTables),
    placeholder: 'ordered|kadid',
    description: 'severity tables of the distortions',
    details:
      "ordered: ours, in which every level is visible and stronger than the one before; kadid: KADID-10k's as published, which QualiCLIP takes. " +
      'docs/distortions.md has both. Two of the published tables cannot be ranked and are refused.',
    default: 'ordered',
    reason: 'a level that looks like the one before, or milder, teaches the wrong order',
    changesResult: true,
  },
  pristineLevel: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'train on the pristine crop, too',
    details:
      'The pristine crop ranks above level 1, so that five levels give 15 pairs to rank. off: levels 1 and up only, 10 pairs, as in QualiCLIP.',
    default: 'on',
    reason: 'a mild distortion of a good photograph is what pipelines ask about',
    changesResult: true,
  },
  maxDistortions: {
    kind: wholeNumber({ min: 1, max: 7 }),
    placeholder: 'N',
    description: 'most distortions combined',
    details: 'Each distortion of a composition is of another group.',
    default: 4,
    reason: 'as in QualiCLIP',
    changesResult: true,
  },
  sampling: {
    kind: oneOf(samplings),
    placeholder: 'HOW',
    description: 'uniform or weighted draws of distortions',
    details:
      'uniform: every group alike, and every distortion of it, as in QualiCLIP; weighted: where a composition is one distortion alone, those ' +
      'that a small encoder learns slowly come more often than those that it learns at once: a quarter is JPEG.',
    default: 'weighted',
    preset: fromPresets('sampling'),
    reason: 'others hide JPEG, and alone it is one in fifty-six without weights: too few for a short run',
    changesResult: true,
  },
  heldOut: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'IMAGES',
    description: 'images kept for evaluation',
    details: 'Training never sees them.',
    default: 12,
    preset: fromPresets('heldOut'),
    reason: 'enough to tell models apart, in seconds',
    changesResult: true,
  },
  chooseOn: {
    kind: oneOf(['half', 'all']),
    placeholder: 'half|all',
    description: 'held-out images that choose the checkpoint',
    details:
      'half: one half of the held-out images chooses the checkpoint and the scale of the score, the other is measured at the end and reported. ' +
      'all: the same images do both, as where fewer than 4 are held out; their figures are a little too good. Training with opinions chooses by ' +
      'opinions, and reports all.',
    default: 'half',
    reason: 'images that chose a checkpoint cannot judge it',
    changesResult: true,
  },
  pairs: {
    kind: text('a folder of shards'),
    placeholder: 'FOLDER',
    description: 'pairs from "degrade shards"',
    details: 'The shards bring the data, levels, crop and seed that they were made with.',
    default: noPairs,
    reason: 'pairs are made while training',
    changesResult: true,
  },
  pairsSha256: {
    kind: text('a SHA-256'),
    placeholder: 'HASH',
    description: 'refuse other --pairs',
    details: 'The SHA-256 of the indexes of the shards; a run notes it when it begins.',
    default: anyPairs,
    reason: 'a new run takes any pairs',
    changesResult: true,
  },
  seed: {
    kind: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    placeholder: 'N',
    description: 'fixes everything random',
    default: 1,
    reason: 'equal seeds give equal models',
    changesResult: true,
  },
} satisfies TrainOptionGroup;
