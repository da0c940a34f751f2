/** `antonym score`: scores photographs with an exported model. */

import { UserError } from '../../support/errors.js';
import { givenIn, refuseGiven, resolveOptions } from '../../support/options/option-table.js';
import type { Command } from '../command.js';
import { isAboutParts } from '../list-part-options.js';
import { partOptions, scoreOptions } from './score-options.js';

/** The others may be the same for all parts, their state and their sum: each takes what is for it. */
const ofPaths = ['exclude', 'raw', 'scale', 'null', 'meaning', 'why', 'map', 'mapTile', 'groups', 'xmp', 'xmpNames', 'cache', 'csv'];

/** Beside 0 for no failure, and 1 for a command that could not begin. */
const exitCodes = { someFailed: 2, allFailed: 3 };

export const scoreCommand: Command = {
  name: 'score',
  description:
    'Scores photographs, 0..1, higher is better, and lists them from best to worst. Folders are read recursively. ' +
    'The exit code is 0 if all were scored, 2 if some were, 3 if none was, and 1 if the command could not begin.',
  operand: {
    placeholder: 'PATH...',
    isOptional: true,
    description:
      'image files, folders of images, tar archives (WebDataset shards) and patterns; - for an image or a list of paths from standard input',
  },
  groups: { Options: scoreOptions, 'Lists in parts': partOptions },
  async run(given, paths) {
    const parts = resolveOptions(partOptions, givenIn(partOptions, given)).values;
    const own = givenIn(scoreOptions, given);
    if (isAboutParts(parts) || parts.out !== undefined) {
      refuseGiven(own, ofPaths, 'is for images given as paths: leave it out with --list');
      const { scoreParts } = await import('./score-parts.js');
      return scoreParts({ ...resolveOptions(scoreOptions, own).values, ...parts }, paths);
    }
    if (paths.length === 0) throw new UserError('PATH... is missing: --help says what to give.');
    // help needs none of it
    const { scoreAndMap } = await import('./score-and-map.js');
    const { scored, failed } = await scoreAndMap(paths, resolveOptions(scoreOptions, own).values);
    return failed === 0 ? undefined : scored > 0 ? exitCodes.someFailed : exitCodes.allFailed;
  },
};
