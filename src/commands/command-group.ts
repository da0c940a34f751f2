/** Commands that are loaded when they are asked for: loading all takes longer than scoring a photograph. */
import { commandHint } from '../support/command-hint.js';
import { wrapText } from '../support/wrap-text.js';
import type { Command } from './command.js';
import { helpWidth } from './help-width.js';
import { summaryLines } from './summary-lines.js';

/** A command as help and completion show it, without loading it. */
export interface ListedCommand {
  /** A line of the list of commands: starts with a verb, without a full stop. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Commands of one name that a second word tells apart: `degrade check`. */
export interface CommandGroup {
  readonly summary: string;
  /** Sentences; they say what the name does without a second word. */
  readonly description: string;
  /** By their second word. */
  readonly commands: Readonly<Record<string, ListedCommand>>;
  /**
   * The one place that knows flags of former versions, which stood for second words.
   * @param words without a second word.
   * @returns them with it, and without such flags.
   * @throws UserError for flags that stand for two.
   */
  withSecondWord(words: readonly string[]): readonly [string, ...string[]];
}

/** The help of a group for a terminal of `width` columns. */
export function groupHelp(name: string, { description, commands }: CommandGroup, width = helpWidth()): string {
  const list = summaryLines(
    Object.entries(commands).map(([word, { summary }]) => [`${name} ${word}`, summary]),
    width,
  );
  return `Usage: ${commandHint(`${name} COMMAND [OPTIONS]`)}\n\n${wrapText(description, width)}\n\nCommands\n${list}\n`;
}
