/** `antonym evaluate`: measures models against human opinion, or how their scores follow distortions. */

import { UserError } from '../../support/errors.js';
import type { CommandGroup } from '../command-group.js';
import { commandSummaries } from '../command-summaries.js';
import { takeFlag } from '../take-flag.js';
import { opinionCommand } from './evaluate-opinion.js';
import { sensitivityCommand } from './evaluate-sensitivity.js';

export const evaluateCommands: CommandGroup = {
  name: 'evaluate',
  summary: commandSummaries.evaluate,
  description: 'Measures exported models, and compares them where several are given.',
  commands: { opinion: opinionCommand, sensitivity: sensitivityCommand },
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
