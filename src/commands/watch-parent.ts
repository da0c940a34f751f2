/** A command ends with the npm or `sh -c` that started it: these do not pass every signal on, and none when they are killed. */
import { readFileSync } from 'node:fs';
import { fieldsOfStat } from '../support/process-identity.js';

/** Milliseconds. */
const interval = 500;

/**
 * Calls back once when npm, `npx` or a shell that runs this command for its caller (`sh -c COMMAND`) has ended; never where something else did, such as
 * the shell that a command was left running by (`&`). @returns a function that ends the watch.
 */
export function watchParent(onEnd: () => void): () => void {
  const parent = process.ppid;
  const isNpm = process.env.npm_lifecycle_event !== undefined;
  const command = shellCommand(wordsOf(parent));
  if (!isNpm && (command === undefined || leavesRunning(command))) return () => {};
  // npx starts a shell that lives on without it
  const npm = isNpm && command !== undefined ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    onEnd();
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}

/** What a shell was given after `-c`, `-ec` or the like; undefined: the process is none, or reads commands from a file or a terminal. */
function shellCommand([program = '', ...words]: readonly string[]): string | undefined {
  if (!/(^|\/)(sh|bash|dash|ash)$/.test(program)) return undefined;
  const option = words.findIndex((word) => /^-\w*c$/.test(word));
  return option < 0 ? undefined : words[option + 1];
}

/** Tells if a `&` leaves something running: `a && b` and `2>&1` do not. */
function leavesRunning(command: string): boolean {
  return command.replace(/&&|[<>]&|&>/g, '').includes('&');
}

/** The command line of a process; empty where the system does not tell. */
function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Field 4 of `/proc/PID/stat` (proc(5)). */
function parentOf(pid: number): number | undefined {
  try {
    return Number(fieldsOfStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return undefined;
  }
}
