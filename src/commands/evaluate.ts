/** `antonym evaluate`: measures models against human opinion, or what they see of distortions. */
import { type Command, Option } from 'commander';
import { type OptionKind, wholeNumber } from '../support/option-kinds.js';
import { evaluateOpinionCommand } from './evaluate-opinion.js';
import { optionParser } from './option-parser.js';

/** The flags as parsed. */
export interface EvaluateFlags {
  readonly opinion?: string;
  readonly images?: string;
  readonly model?: readonly string[];
  readonly imageColumn?: string;
  readonly mosColumn?: string;
  readonly direction?: 'higher' | 'lower';
  readonly resamples: number;
  readonly seed: number;
  readonly maxPixels?: number;
  readonly out?: string;
  readonly json?: true;
}

export function addEvaluateCommand(program: Command): void {
  const option = (flags: string, about: string, kind?: OptionKind<unknown>): Option => {
    const result = new Option(flags, about);
    return kind === undefined ? result : result.argParser(optionParser(result.long ?? flags, kind));
  };
  program
    .command('evaluate')
    .summary('measure models against human opinion')
    .description(
      'Measures how well the scores of exported models agree with the mean opinions of people: Spearman (SRCC), Kendall (KRCC),\n' +
        'Pearson (PLCC) and root mean square error (RMSE) after a logistic fit, with 95 % bootstrap intervals; the classic log variance\n' +
        'of the Laplacian, measured on the same images, stands beside them. Opinions are for measuring, never for training or choosing.',
    )
    .addOption(option('--opinion <csv>', 'opinions: a CSV file with the columns image and mos'))
    .addOption(option('--images <folder>', 'where the images are (default: the folder images beside the CSV file, or its own)'))
    .addOption(
      option('--model <file|run...>', 'exported models or names of runs, to be compared (default: the run that was exported last)'),
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
    .addOption(
      option(
        '--out <folder>',
        'write evaluation.json, the score of every image, scatter plots and the images that are misjudged most ' +
          '(default: runs/<name>/evaluation/<benchmark> of each model that is a run)',
      ),
    )
    .addOption(option('--json', 'print the result as one JSON object'))
    .action(evaluateOpinionCommand);
}
