/** The path of a result, which commands print for scripts: these need it as it is, and a terminal must not obey it. */
import { printable } from './printable.js';

/** One line with its end. */
export function pathLine(path: string, isTerminal: boolean | undefined = process.stdout.isTTY): string {
  return `${isTerminal ? printable(path) : path}\n`;
}
