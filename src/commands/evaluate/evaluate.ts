/** `antonym evaluate`: measures models against human opinion, or how their scores follow distortions. */

import { UserError } from '../../support/errors.js';
import type { CommandGroup } from '../command-group.js';
import { takeFlag } from '../take-flag.js';

export const evaluateCommands: CommandGroup = {
  summary: 'measure models against human opinion, or how scores follow distortions',
  description: 'Measures exported models, and compares them where several are given.',
  commands: {
    opinion: {
      summary: 'measure how well scores agree with mean opinions of people',
      load: async () => (await import('./evaluate-opinion.js')).opinionCommand,
    },
    sensitivity: {
      summary: 'measure how scores follow distortions: needs no opinion',
      load: async () => (await import('./evaluate-sensitivity.js')).sensitivityCommand,
    },
  },
  withSecondWord,
};

/** `--opinion NAME` and `--sensitivity` of former versions. */
function withSecondWord(words: readonly string[]): [string, ...string[]] {
  const rest = [...words];
  const opinion = takeFlag(rest, '--opinion');
  const sensitivity = takeFlag(rest, '--sensitivity', 'switch');
  if (opinion !== undefined && sensitivity !== undefined)
    throw new UserError('--sensitivity cannot be used with --opinion: opinions and sensitivity are measured one after the other.');
  if (sensitivity !== undefined) return ['sensitivity', ...rest];
  return ['opinion', ...(opinion === undefined ? [] : [opinion]), ...rest];
}
