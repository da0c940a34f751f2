/** `antonym degrade`: shows what a model would be trained on, or what one distortion does to one photograph. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { defaultDatasetName } from '../../datasets/open-dataset.js';
import type { Part } from '../../pairs/shards/shard-layout.js';
import { names, type OptionKind, oneOf, part, wholeNumber } from '../../support/options/option-kinds.js';
import { trainOptions } from '../../train/options.js';
import { optionParser } from '../option-parser.js';
import { degradeCheck } from './degrade-check.js';
import { degradeGallery } from './degrade-gallery.js';
import { degradeImage } from './degrade-image.js';
import { degradePairs } from './degrade-pairs.js';
import { defaultShardMegabytes, degradeShards } from './degrade-shards.js';
import { listDistortions } from './list-distortions.js';

/** The flags as parsed; defaults are filled in where they have one value for all modes. */
export interface DegradeFlags {
  readonly data: string;
  readonly downscale: number | 'auto';
  readonly levels: number;
  readonly count: number;
  readonly seed: number;
  readonly crop: number;
  readonly maxDistortions: number;
  readonly distortion?: string[];
  readonly workers: number;
  readonly format: (typeof formats)[number];
  readonly shard?: Part;
  readonly shardSize?: number;
  readonly heldOut?: number;
  readonly out?: string;
  readonly json?: true;
  readonly list?: true;
  readonly in?: string;
  readonly gallery?: string;
  readonly check?: string;
  readonly level?: number;
}

const formats = ['png', 'tar'] as const;

/** The flags that make no sense for a single photograph. */
const pairsOnly = ['data', 'downscale', 'count', 'crop', 'workers', 'maxDistortions', 'format', 'shard', 'shardSize', 'heldOut'];

export function addDegradeCommand(program: Command): void {
  const option = (flags: string, about: string, kind?: OptionKind<unknown>): Option => {
    const result = new Option(flags, about);
    return kind === undefined ? result : result.argParser(optionParser(result.long ?? flags, kind));
  };
  const { downscale, levels, seed, crop, maxDistortions, workers, heldOut } = trainOptions;
  program
    .command('degrade')
    .summary('make degraded pairs of photographs, and look at them')
    .description(
      'Makes degraded pairs as training sees them: two overlapping crops of each photograph, distorted at increasing levels.\n' +
        'With --in, applies distortions to one photograph at full size.',
    )
    .addOption(option('--data <name|folder>', 'a dataset of datasets.json, or any folder of photographs').default(defaultDatasetName))
    .addOption(option('--downscale <factor|auto>', downscale.description, downscale.kind).default(downscale.default))
    .addOption(option('--levels <count>', 'severity levels above the pristine level 0', levels.kind).default(5))
    .addOption(option('--count <count>', 'pairs', wholeNumber({ min: 1 })).default(16))
    .addOption(option('--seed <number>', 'names all random draws', seed.kind).default(1))
    // 224: what CLIP's encoders were trained at, and enough to judge by eye.
    .addOption(option('--crop <pixels>', 'side of the crops, a multiple of 32', crop.kind).default(224))
    .addOption(option('--max-distortions <count>', 'distortions in a composition: from 1 to this many', maxDistortions.kind).default(4))
    .addOption(option('--distortion <name,...>', 'use only these distortions or groups, or all; see --list', names()))
    .addOption(option('--workers <count>', 'threads', workers.kind).default(Math.min(64, availableParallelism()), 'one per processor'))
    .addOption(
      option(
        '--format <name>',
        'png: files to look at, with a contact sheet; tar: WebDataset shards, for train --pairs',
        oneOf(formats),
      ).default('png'),
    )
    .addOption(option('--shard <i/n>', 'make only part i of n of the shards, so that n machines share the work; needs tar', part()))
    .addOption(
      option(
        '--shard-size <MiB>',
        `largest size of a shard (default: ${defaultShardMegabytes}; needs tar)`,
        wholeNumber({ min: 1, max: 65536 }),
      ),
    )
    .addOption(option('--held-out <images>', `images for evaluation (default: ${heldOut.default}, as in train; needs tar)`, heldOut.kind))
    .addOption(
      option('--out <folder|file>', 'a folder (default: out/degrade-<data>-seed<seed>, or out/pairs-... for tar), or a PNG file with --in'),
    )
    .addOption(option('--json', 'print the result as one JSON object'))
    .addOption(option('--in <photo>', 'degrade this photograph; needs --distortion, --level and --out').conflicts(pairsOnly))
    .addOption(option('--level <number>', 'the level for --in, 0 to --levels', wholeNumber({ min: 0 })))
    .addOption(
      option(
        '--gallery <folder>',
        'show every distortion at every level on one photograph, --in or a rendered one, in a new folder',
      ).conflicts([...pairsOnly, 'level', 'out']),
    )
    .addOption(
      option('--check <name|folder>', 'look for what is wrong with images that should be pristine: advice, nothing is written').conflicts([
        ...pairsOnly,
        'level',
        'out',
        'in',
        'gallery',
        'distortion',
      ]),
    )
    .addOption(option('--list', 'list the distortions and their parameters'))
    .action(async (flags: DegradeFlags) => {
      if (flags.list) listDistortions(flags);
      else if (flags.check !== undefined) await degradeCheck({ ...flags, check: flags.check });
      else if (flags.gallery !== undefined) await degradeGallery({ ...flags, gallery: flags.gallery });
      else if (flags.in !== undefined || flags.level !== undefined) await degradeImage(flags);
      else if (flags.format === 'tar') process.exitCode = await degradeShards(flags);
      else process.exitCode = await degradePairs(flags);
    });
}
