/** `antonym evaluate`: measures models against human opinion, or what they see of distortions. */
import { type Command, Option } from 'commander';
import { defaultDatasetName } from '../../datasets/open-dataset.js';
import type { DeviceName } from '../../runtime/devices/choose-device.js';
import { names, type OptionKind, wholeNumber } from '../../support/options/option-kinds.js';
import { trainOptions } from '../../train/options.js';
import { deviceOption, providerOptionsOption } from '../device-options.js';
import { optionParser } from '../option-parser.js';
import { evaluateOpinionCommand } from './evaluate-opinion.js';
import { evaluateSensitivityCommand } from './evaluate-sensitivity.js';

/** The flags as parsed. */
export interface EvaluateFlags {
  readonly opinion?: string;
  readonly sensitivity?: true;
  readonly data: string;
  readonly count: number;
  readonly distortion?: string[];
  readonly levels: number;
  readonly crop?: number;
  readonly images?: string;
  readonly model?: readonly string[];
  readonly imageColumn?: string;
  readonly mosColumn?: string;
  readonly direction?: 'higher' | 'lower';
  readonly resamples: number;
  readonly seed: number;
  readonly maxPixels?: number;
  readonly device: DeviceName;
  readonly providerOptions: string;
  readonly out?: string;
  readonly json?: true;
}

/** The flags that make no sense without opinions, and those that make none with them. */
const opinionOnly = ['opinion', 'images', 'imageColumn', 'mosColumn', 'direction', 'resamples'];
const sensitivityOnly = ['data', 'count', 'distortion', 'levels', 'crop'];

export function addEvaluateCommand(program: Command): void {
  const option = (flags: string, about: string, kind?: OptionKind<unknown>): Option => {
    const result = new Option(flags, about);
    return kind === undefined ? result : result.argParser(optionParser(result.long ?? flags, kind));
  };
  program
    .command('evaluate')
    .summary('measure models against human opinion, or what they see of distortions')
    .description(
      'Measures how well the scores of exported models agree with the mean opinions of people: Spearman (SRCC), Kendall (KRCC),\n' +
        'Pearson (PLCC) and root mean square error (RMSE) after a logistic fit, with 95 % bootstrap intervals; the classic log variance\n' +
        'of the Laplacian, measured on the same images, stands beside them. Opinions are for measuring, never for training or choosing.\n' +
        'With --sensitivity, measures without opinions how scores follow the severity of every distortion, and how alike two crops score.',
    )
    .addOption(
      option(
        '--opinion <name|csv>',
        'a benchmark of datasets.json that you have downloaded, or a CSV file with the columns image and mos',
      ).conflicts(sensitivityOnly),
    )
    .addOption(
      option(
        '--images <folder>',
        'where the images are (default: as datasets.json says; for a CSV file, the folder images beside it, or its own)',
      ),
    )
    .addOption(
      option('--model <file|run...>', 'exported models or names of runs, to be compared (default: the model that comes with the program)'),
    )
    .addOption(option('--image-column <name>', 'column of the names of images (default: image)'))
    .addOption(option('--mos-column <name>', 'column of the mean opinions (default: mos)'))
    .addOption(option('--direction <higher|lower>', 'which opinions are better (default: higher)').choices(['higher', 'lower']))
    .addOption(option('--resamples <count>', 'bootstrap resamples of the images', wholeNumber({ min: 100, max: 100_000 })).default(1000))
    .addOption(option('--seed <number>', 'names the random draws of the resamples', wholeNumber({ min: 0 })).default(1))
    .addOption(
      option(
        '--max-pixels <n>',
        'split larger images into tiles and average their scores (default: as each model says)',
        wholeNumber({ min: 4096 }),
      ),
    )
    .addOption(deviceOption())
    .addOption(providerOptionsOption())
    .addOption(
      option(
        '--out <folder>',
        'write evaluation.json, the score of every image, scatter plots and the images that are misjudged most ' +
          '(default: runs/<name>/evaluation/<benchmark> of each model that is a run); with --sensitivity, sensitivity.json and its chart',
      ),
    )
    .addOption(option('--json', 'print the result as one JSON object'))
    .addOption(
      option('--sensitivity', 'score pristine images under every distortion at every level instead: needs no opinion').conflicts(
        opinionOnly,
      ),
    )
    .addOption(
      option('--data <name|folder>', 'pristine images that no model has seen, a dataset of datasets.json or a folder').default(
        defaultDatasetName,
        `${defaultDatasetName}, from a seed of its own`,
      ),
    )
    .addOption(option('--count <images>', 'the first images of --data', wholeNumber({ min: 1 })).default(8))
    .addOption(option('--distortion <name,...>', "distortions or groups, or all (default: KADID-10k's 24; see degrade --list)", names()))
    .addOption(option('--levels <count>', 'severity levels above the pristine level 0', trainOptions.levels.kind).default(5))
    .addOption(
      option('--crop <pixels>', 'side of the two overlapping crops that are compared (default: as the models say)', trainOptions.crop.kind),
    )
    .action(async (flags: EvaluateFlags) => {
      if (flags.sensitivity) await evaluateSensitivityCommand(flags);
      else await evaluateOpinionCommand(flags);
    });
}
