/** Options of `antonym score`. */

import { oneOf, switched, text, wholeNumber } from '../../support/options/option-kinds.js';
import type { OptionTable } from '../../support/options/option-table.js';
import { listPartOptions } from '../list-part-options.js';
import { excludeOption, exportedModelDevice, jsonOption, maxPixelsOption } from '../shared-options.js';
import { sidecarNames } from './sidecar-names.js';

export const scoreOptions = {
  model: {
    kind: text('an exported model.onnx, its folder, or the name of a run'),
    placeholder: 'FILE|RUN',
    description: 'model to score with',
    withoutIt: 'the model of this program',
  },
  exclude: excludeOption,
  raw: {
    kind: oneOf(['refuse', 'preview']),
    placeholder: 'refuse|preview',
    description: 'camera raw: refuse it, or take its preview',
    details: 'preview: the JPEG of full size that the camera put into the file is scored, with its sharpening and compression.',
    default: 'refuse',
    reason: 'a preview is not the photograph',
  },
  maxPixels: maxPixelsOption,
  scale: {
    kind: wholeNumber({ min: 64 }),
    placeholder: 'PIXELS',
    description: 'reduce photographs to this shorter side first',
    details:
      'The same photograph scores differently at another size: reduced, it is sharper. At one size, such as 512, photographs of different cameras ' +
      'compare; smaller ones stay as they are. Maps show the photograph at full size all the same.',
    withoutIt: 'full size',
  },
  ...exportedModelDevice,
  null: {
    kind: switched(),
    short: '-0',
    description: 'paths on standard input end with NUL',
    details: 'As find -print0 and git ls-files -z write them: find . -name "*.jpg" -print0 | antonym score -0 -',
    default: false,
  },
  meaning: {
    kind: switched(),
    description: 'say so where the model does not tell what scores are like',
    details:
      'Each score is followed by the severity level whose held-out crops score most alike, such as "like pristine" or "like level 3 of 5"; --json and ' +
      '--csv have the percentile among pristine crops, 5 to 95, too. A model whose model.json has none that fall with the level prints scores alone.',
    default: false,
  },
  why: {
    kind: switched(),
    description: 'say what is wrong with each photograph',
    details:
      'In words, such as "mostly noise (.7), some compression (.3)": groups of distortions that few pristine photographs seem to have, the strongest ' +
      'first. --json and --csv have the number of every group, 0 to 1. docs/why.md says how reliable that is.',
    default: false,
  },
  map: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'say where photographs are bad, into a folder',
    details:
      'A new folder, with the layout of the photographs: NAME.map.png, the photograph colored by the scores of its parts, and NAME.map.json, the scores ' +
      'of overlapping tiles at full resolution. It appears when all is written. docs/where.md says what maps can tell.',
    withoutIt: 'no map',
  },
  mapTile: {
    kind: wholeNumber({ min: 8 }),
    placeholder: 'PIXELS',
    description: 'side of the tiles of maps',
    details: 'Smaller tiles say more exactly where, and less surely what. They overlap by half.',
    withoutIt: 'as the model says',
  },
  groups: {
    kind: switched(),
    description: 'put photographs that nearly repeat together',
    details:
      'Bursts, copies and reduced versions become groups, the best of each first and the others below it; --json and --csv have the number of the ' +
      'group. Results are printed at the end.',
    default: false,
  },
  xmp: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'write stars for photo managers beside the photographs of a folder',
    details:
      'PHOTO.jpg.xmp with one to five stars: a fifth of the photographs gets each number, by score, and the best has five; with --groups the best ' +
      'of each group is ranked, and the others have one star. A sidecar that is there and that somebody else wrote or changed stays as it is, and ' +
      'nothing outside of FOLDER is written.',
    withoutIt: 'no sidecars',
  },
  xmpNames: {
    kind: oneOf(sidecarNames),
    placeholder: 'full|stem',
    description: 'names of the sidecars',
    details: 'full: photo.jpg.xmp, as darktable and digiKam read them. stem: photo.xmp, as Lightroom and Bridge do beside camera raw.',
    withoutIt: 'full',
  },
  cache: {
    kind: switched(),
    description: 'score only files that are new or changed',
    details:
      "Scores are kept in the user's cache folder by the model and by path, size, time and content of the files: a call that was interrupted resumes " +
      'where it stopped, and files that were moved are known.',
    default: false,
  },
  quiet: { kind: switched(), description: 'print neither progress nor notes', default: false },
  json: {
    ...jsonOption,
    description: 'print a JSON object per image, in the order given',
    details: 'One that cannot be scored has "error" and "code" in the place of "score"; docs/library.md lists the codes.',
  },
  csv: {
    kind: switched(),
    description: 'print a row of CSV per image, in the order given',
    details:
      'The columns are image, score, opinion (of a calibrated model), error and code (of an image that cannot be scored), level and percentile (see ' +
      '--meaning); with --why the words and every group, too.',
    default: false,
  },
} satisfies OptionTable;

/** Options of lists that are scored in parts: `score-parts.ts`. */
export const partOptions = {
  list: listPartOptions.list,
  shard: listPartOptions.shard,
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'folder of the scores of a list',
    details: 'A file for each part, with a JSON object per image. A part that was stopped continues when the command is repeated.',
  },
  status: listPartOptions.status,
  merge: listPartOptions.merge,
} satisfies OptionTable;
