/** Runs a command of the list by its name; what reads options is loaded only where there is a command to run. */
import { existsSync } from 'node:fs';
import { UserError } from '../support/errors.js';
import { suggestName, suggestNear } from '../support/nearest-name.js';
import { type CommandGroup, groupHelp } from './command-group.js';
import { commandList } from './command-list.js';

/**
 * @param words of the command line, after the command's name.
 * @returns the exit code; undefined for 0.
 * @throws UserError for an unknown name, with the nearest one; whatever the command throws.
 */
export async function runListed(name: string, words: readonly string[]): Promise<number | undefined> {
  if (!Object.hasOwn(commandList, name)) {
    const kind = name.startsWith('-') ? 'option' : 'command';
    throw new UserError(`Unknown ${kind} ${name}.${suggestName(name, Object.keys(commandList))}`);
  }
  const listed = commandList[name]!;
  if ('commands' in listed) return runGroup(name, listed, words);
  return (await import('./run-command.js')).runCommand(await listed.load(), words);
}

async function runGroup(name: string, group: CommandGroup, words: readonly string[]): Promise<number | undefined> {
  const [first = ''] = words;
  if (words.length === 1 && (first === '--help' || first === '-h')) {
    process.stdout.write(groupHelp(name, group));
    return undefined;
  }
  const known = Object.keys(group.commands);
  const isSecondWord = known.includes(first);
  const hint = isSecondWord || /^-|^$/.test(first) || existsSync(first) ? '' : suggestNear(first, known);
  if (hint !== '') throw new UserError(`There is no command "${name} ${first}".${hint}`);
  const [word, ...rest] = isSecondWord ? (words as [string, ...string[]]) : group.withSecondWord(words);
  const related = () => Promise.all(Object.values(group.commands).map(({ load }) => load()));
  return (await import('./run-command.js')).runCommand(await group.commands[word]!.load(), rest, related);
}
