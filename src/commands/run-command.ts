/** Runs a command from the words of a command line. */
import { UserError } from '../support/errors.js';
import { type CommandLine, parseCommandLine, UnknownOption } from '../support/options/command-line.js';
import { readOptionFile } from '../support/options/option-file.js';
import { flagOf, requireKnownKeys } from '../support/options/option-table.js';
import { type Command, optionsOf } from './command.js';
import { commandHelp, optionHelp } from './command-help.js';

/**
 * Runs a command, or prints its help.
 * @param words of the command line, after the command's name.
 * @param related commands whose flags may be meant for this one by mistake.
 * @throws UserError for a word that the command does not take.
 */
export async function runCommand(
  command: Command,
  words: readonly string[],
  related: () => Promise<readonly Command[]> = async () => [],
): Promise<number | undefined> {
  const { flags, operands, help } = await parseFor(command, words, related);
  if (help !== undefined) {
    process.stdout.write(help === true ? commandHelp(command) : optionHelp(command, help));
    return undefined;
  }
  checkOperands(command, operands);
  const { config, ...own } = flags;
  if (typeof config !== 'string') return command.run({ flags: own }, operands);
  const file = await readOptionFile(config);
  requireKnownKeys(optionsOf(command), file);
  return command.run({ flags: own, file }, operands);
}

async function parseFor(command: Command, words: readonly string[], related: () => Promise<readonly Command[]>): Promise<CommandLine> {
  try {
    return parseCommandLine(words, optionsOf(command));
  } catch (error) {
    if (!(error instanceof UnknownOption)) throw error;
    const { flag } = error;
    const owners = (await related()).filter((other) => Object.keys(optionsOf(other)).some((key) => flagOf(key) === flag));
    if (owners.length === 0) throw error;
    throw new UserError(`${flag} cannot be used with ${command.name}: it is an option of ${owners.map(({ name }) => name).join(', ')}.`);
  }
}

function checkOperands({ name, operand }: Command, given: readonly string[]): void {
  const most = operand === undefined ? 0 : operand.placeholder.endsWith('...') ? Number.POSITIVE_INFINITY : 1;
  if (given.length > most) {
    const takes = most === 0 ? 'options only' : `one ${operand!.placeholder}`;
    throw new UserError(`Too many arguments: ${name} takes ${takes}, but received "${given[most]}".`);
  }
  // commands that take several say so of each path
  if (most === 1 && given[0] === '') throw new UserError(`${operand!.placeholder} is empty, as a variable of the shell may be.`);
  if (operand !== undefined && !operand.isOptional && given.length === 0)
    throw new UserError(`${operand.placeholder} is missing: --help says what to give.`);
}
