/** Commands of one name that a second word tells apart: `degrade check`. */
import { commandHint } from '../support/command-hint.js';
import { wrapText } from '../support/wrap-text.js';
import type { Command } from './command.js';
import { helpWidth } from './help-width.js';
import { runCommand } from './run-command.js';
import { summaryLines } from './summary-lines.js';

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  /** Sentences; they say what the name does without a second word. */
  readonly description: string;
  /** By their second word. */
  readonly commands: Readonly<Record<string, Command>>;
  /**
   * The one place that knows flags of former versions, which stood for second words.
   * @param words without a second word.
   * @returns them with it, and without such flags.
   * @throws UserError for flags that stand for two.
   */
  withSecondWord(words: readonly string[]): readonly [string, ...string[]];
}

/** Runs a command of the group, or prints the help of the group. @returns the exit code; undefined for 0. */
export async function runGroup(group: CommandGroup, words: readonly string[]): Promise<number | undefined> {
  const [first = ''] = words;
  if (words.length === 1 && (first === '--help' || first === '-h')) {
    process.stdout.write(groupHelp(group));
    return undefined;
  }
  const [word, ...rest] = Object.hasOwn(group.commands, first) ? (words as [string, ...string[]]) : group.withSecondWord(words);
  return runCommand(group.commands[word]!, rest, Object.values(group.commands));
}

/** The help of a group for a terminal of `width` columns. */
export function groupHelp({ name, description, commands }: CommandGroup, width = helpWidth()): string {
  const list = summaryLines(
    Object.values(commands).map((command) => [command.name, command.summary]),
    width,
  );
  return `Usage: ${commandHint(`${name} COMMAND [OPTIONS]`)}\n\n${wrapText(description, width)}\n\nCommands\n${list}\n`;
}
