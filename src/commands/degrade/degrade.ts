/** `antonym degrade`: pairs that a model would be trained on, and distortions to look at. */

import { UserError } from '../../support/errors.js';
import type { CommandGroup } from '../command-group.js';
import { takeFlag } from '../take-flag.js';

export const degradeCommands: CommandGroup = {
  summary: 'make degraded pairs of photographs, and look at them',
  description: 'Makes degraded pairs as training sees them, and shows what distortions do. Without a second word it makes pairs.',
  commands: {
    pairs: {
      summary: 'write pairs as pictures to look at, with a contact sheet',
      load: async () => (await import('./degrade-pairs.js')).pairsCommand,
    },
    shards: {
      summary: 'write pairs as WebDataset shards, for train --pairs',
      load: async () => (await import('./degrade-shards.js')).shardsCommand,
    },
    check: {
      summary: 'look for what is wrong with images that should be pristine',
      load: async () => (await import('./degrade-check.js')).checkCommand,
    },
    gallery: {
      summary: 'show every distortion at every level on one photograph',
      load: async () => (await import('./degrade-gallery.js')).galleryCommand,
    },
    image: {
      summary: 'apply distortions to one photograph at full size',
      load: async () => (await import('./degrade-image.js')).imageCommand,
    },
    status: {
      summary: 'say which parts of a folder of shards are whole',
      load: async () => (await import('./degrade-status.js')).statusCommand,
    },
    list: {
      summary: 'list the distortions and their parameters',
      load: async () => (await import('./list-distortions.js')).listCommand,
    },
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
