/** `antonym degrade`: pairs that a model would be trained on, and distortions to look at. */

import { UserError } from '../../support/errors.js';
import type { CommandGroup } from '../command-group.js';
import { commandSummaries } from '../command-summaries.js';
import { takeFlag } from '../take-flag.js';
import { checkCommand } from './degrade-check.js';
import { galleryCommand } from './degrade-gallery.js';
import { imageCommand } from './degrade-image.js';
import { pairsCommand } from './degrade-pairs.js';
import { shardsCommand } from './degrade-shards.js';
import { statusCommand } from './degrade-status.js';
import { listCommand } from './list-distortions.js';

export const degradeCommands: CommandGroup = {
  name: 'degrade',
  summary: commandSummaries.degrade,
  description: 'Makes degraded pairs as training sees them, and shows what distortions do. Without a second word it makes pairs.',
  commands: {
    pairs: pairsCommand,
    shards: shardsCommand,
    check: checkCommand,
    gallery: galleryCommand,
    image: imageCommand,
    status: statusCommand,
    list: listCommand,
  },
  withSecondWord,
};

/** `--list`, `--check DATA`, `--status FOLDER`, `--gallery FOLDER [--in PHOTO]`, `--in PHOTO` and `--format tar` of former versions. */
function withSecondWord(words: readonly string[]): [string, ...string[]] {
  const rest = [...words];
  if (takeFlag(rest, '--list', 'switch') !== undefined) return ['list', ...rest];
  const check = takeFlag(rest, '--check');
  if (check !== undefined) return ['check', check, ...rest];
  const status = takeFlag(rest, '--status');
  if (status !== undefined) return ['status', status, ...rest];
  const photo = takeFlag(rest, '--in');
  const operand = photo === undefined ? [] : [photo];
  const gallery = takeFlag(rest, '--gallery');
  if (gallery !== undefined) {
    if (takeFlag(rest, '--out') !== undefined) throw new UserError('--out cannot be used with --gallery FOLDER: both say where to write.');
    return ['gallery', ...operand, '--out', gallery, ...rest];
  }
  if (photo !== undefined || rest.some((word) => /^--level(=|$)/.test(word))) return ['image', ...operand, ...rest];
  const format = takeFlag(rest, '--format') ?? 'png';
  if (format !== 'png' && format !== 'tar') throw new UserError(`--format must be one of png, tar, but received ${format}.`);
  return [format === 'tar' ? 'shards' : 'pairs', ...rest];
}
