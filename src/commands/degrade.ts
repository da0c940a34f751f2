/** `antonym degrade`: shows what a model would be trained on, or what one distortion does to one photograph. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { defaultDatasetName } from '../datasets/open-dataset.js';
import { distortionGroups } from '../degrade/distortion.js';
import { degradeImage } from './degrade-image.js';
import { degradePairs } from './degrade-pairs.js';
import { listDistortions } from './list-distortions.js';
import { cropSide, nameList, wholeNumber } from './option-parsers.js';

/** The flags as parsed; defaults are filled in where they have one value for all modes. */
export interface DegradeFlags {
  readonly data: string;
  readonly levels: number;
  readonly count: number;
  readonly seed: number;
  readonly crop: number;
  readonly maxDistortions: number;
  readonly distortion?: string[];
  readonly workers: number;
  readonly out?: string;
  readonly json?: true;
  readonly list?: true;
  readonly in?: string;
  readonly level?: number;
}

/** The flags that make no sense for a single photograph. */
const pairsOnly = ['data', 'count', 'crop', 'workers', 'maxDistortions'];

export function addDegradeCommand(program: Command): void {
  const option = (flags: string, about: string): Option => new Option(flags, about);
  program
    .command('degrade')
    .summary('make degraded pairs of photographs, and look at them')
    .description(
      'Makes degraded pairs as training sees them: two overlapping crops of each photograph, distorted at increasing levels.\n' +
        'With --in, applies distortions to one photograph at full size.',
    )
    .addOption(option('--data <name|folder>', 'a dataset of datasets.json, or any folder of photographs').default(defaultDatasetName))
    .addOption(
      option('--levels <n>', 'severity levels above the pristine level 0')
        .default(5)
        .argParser(wholeNumber('--levels', 2, 100)),
    )
    .addOption(option('--count <n>', 'pairs').default(16).argParser(wholeNumber('--count', 1)))
    .addOption(option('--seed <n>', 'names all random draws').default(1).argParser(wholeNumber('--seed', 0)))
    // 224: what CLIP's encoders were trained at, and enough to judge by eye.
    .addOption(option('--crop <pixels>', 'side of the crops, a multiple of 32').default(224).argParser(cropSide('--crop')))
    .addOption(
      option('--max-distortions <n>', 'distortions in a composition: from 1 to this many')
        .default(4)
        .argParser(wholeNumber('--max-distortions', 1, distortionGroups.length)),
    )
    .addOption(option('--distortion <name,...>', 'use only these distortions; see --list').argParser(nameList('--distortion')))
    .addOption(
      option('--workers <n>', 'threads')
        .default(availableParallelism(), 'one per core')
        .argParser(wholeNumber('--workers', 1, 256)),
    )
    .addOption(
      option('--out <folder|file>', 'where to write: a new folder (default: out/degrade-<data>-seed<seed>), or a PNG file with --in'),
    )
    .addOption(option('--json', 'print one JSON object instead of the folder'))
    .addOption(option('--in <photo>', 'degrade this photograph; needs --distortion, --level and --out').conflicts(pairsOnly))
    .addOption(option('--level <n>', 'the level for --in, 0 to --levels').argParser(wholeNumber('--level', 0)))
    .addOption(option('--list', 'list the distortions and their parameters'))
    .action(async (flags: DegradeFlags) => {
      if (flags.list) listDistortions(flags);
      else if (flags.in !== undefined || flags.level !== undefined) await degradeImage(flags);
      else await degradePairs(flags);
    });
}
