/** Options of training with opinions of people: which, how images are split, and what of the encoder is trained. */
import { opinionLossNames } from '../../losses/opinion-losses.js';
import { number, oneOf, text, wholeNumber } from '../../support/options/option-kinds.js';
import type { TrainOptionGroup } from './train-option.js';

/** `--opinion` of label-free training. */
export const noOpinions = 'none';

export const opinionOptions = {
  opinion: {
    kind: text('a CSV, JSON or xlsx file, the name of a benchmark, or none'),
    placeholder: 'FILE|NAME',
    description: 'train with opinions',
    details:
      'Ratings of images, with the columns image and mos: the model then is not label-free, and says so everywhere. --data are pristine images whose ' +
      'distorted versions show how it orders them.',
    default: noOpinions,
    reason: 'this program trains without labels',
    changesResult: true,
  },
  images: {
    kind: text('a folder, or auto'),
    placeholder: 'FOLDER',
    description: 'folder of the rated images',
    default: 'auto',
    reason: 'the folder images beside the table, or its own; for a benchmark, as datasets.json says',
    changesResult: false,
  },
  imageColumn: {
    kind: text('the name of a column'),
    placeholder: 'NAME',
    description: 'column of image names',
    default: 'image',
    reason: 'the usual name',
    changesResult: true,
  },
  mosColumn: {
    kind: text('the name of a column'),
    placeholder: 'NAME',
    description: 'column of mean opinions',
    default: 'mos',
    reason: 'the usual name',
    changesResult: true,
  },
  direction: {
    kind: oneOf(['auto', 'higher', 'lower']),
    placeholder: 'higher|lower',
    description: 'which opinions are better',
    default: 'auto',
    reason: 'higher; a column with dmos in its name must be stated',
    changesResult: true,
  },
  groupBy: {
    kind: text('auto, none, or the name of a column'),
    placeholder: 'COLUMN',
    description: 'images that stay on one side of a split',
    details: 'Distorted versions of one reference must not be on both sides: name the column of references. none: split image by image.',
    default: 'auto',
    reason: 'the column reference where the table has it, else near duplicates, which are looked for',
    changesResult: true,
  },
  split: {
    kind: wholeNumber({ min: 1, max: 1000 }),
    placeholder: 'N',
    description: 'which random split',
    details: 'Into images for training, for choosing the checkpoint, and for the test.',
    default: 1,
    reason: '--splits K trains on the first K',
    changesResult: true,
  },
  testShare: {
    kind: number({ min: 0, max: 0.8 }),
    placeholder: 'SHARE',
    description: 'share of images for the test',
    details: 'A tenth of all images chooses the checkpoint. With 0 all others are trained on, and nothing is known of new images.',
    default: 0.2,
    reason: "the field's 80/20",
    changesResult: true,
  },
  opinionLoss: {
    kind: oneOf(opinionLossNames),
    placeholder: 'NAME',
    description: 'loss beside the squared error',
    details:
      "correlation: 1 - Pearson's of all images of an update; margin: opinions apart ask for predictions apart; agm: the same with both exchanged, as AGM's program " +
      'has it, which orders nothing; mse: the squared error alone.',
    default: 'correlation',
    reason: 'what is reported is a correlation',
    changesResult: true,
  },
  tune: {
    kind: oneOf(['whole', 'lora', 'head']),
    placeholder: 'WHAT',
    description: 'what of the encoder is trained',
    details: "whole: all but frozen parts; lora: changes of low rank of the attention's queries and keys, merged at export; head: nothing.",
    default: 'whole',
    reason: 'as in QualiCLIP; with opinions lora where there is an attention, as in AGM',
    changesResult: true,
  },
  loraRank: {
    kind: wholeNumber({ min: 1, max: 256 }),
    placeholder: 'N',
    description: 'rank for --tune lora',
    default: 4,
    reason: "AGM's",
    changesResult: true,
  },
  loraAlpha: {
    kind: number({ min: 1e-3, max: 1e3 }),
    placeholder: 'N',
    description: 'weight for --tune lora',
    details: 'The change is multiplied by it over the rank.',
    default: 8,
    reason: "AGM's",
    changesResult: true,
  },
} satisfies TrainOptionGroup;
