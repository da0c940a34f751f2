/** The command line: runs one command, and turns every failure into one clear line. */
import { readFileSync, writeSync } from 'node:fs';
import { commandList } from './commands/command-list.js';
import { installDefaultSignals } from './commands/default-signals.js';
import { helpWidth } from './commands/help-width.js';
import { summaryLines } from './commands/summary-lines.js';
import { listAwaited } from './support/awaited.js';
import { commandHint } from './support/command-hint.js';
import { messageOf, systemCodeOf, UserError } from './support/errors.js';
import { systemReason } from './support/files/file-errors.js';
import { installationFault } from './support/installation-fault.js';
import { suggestNear } from './support/nearest-name.js';
import { printable } from './support/printable.js';
import { wrapText } from './support/wrap-text.js';

// A reader that stops early (`antonym ... | head`) is no failure; commands that print as they go stop then. A terminal that is gone answers EIO.
const isReaderGone = (error: unknown): boolean => ['EPIPE', 'EIO'].includes(systemCodeOf(error) ?? '');
process.stdout.on('error', (error) => {
  if (isReaderGone(error)) return;
  say(`Cannot write the result: ${systemReason(error)}.`);
  process.exit(1);
});
// Nobody reads how far it is: no reason to lose the work.
process.stderr.on('error', () => {});
// Node.js ends with 13, and says nothing to users, when nothing can happen any more although the command below has not ended.
process.on('exit', () => {
  if (process.exitCode !== 13) return;
  const awaited = listAwaited();
  const reason = awaited.length > 0 ? `It waited for ${awaited.join(', ')}` : 'It waited for something that cannot come any more';
  sayAtOnce(`The program ended before its work was done. ${reason}. What it wrote is whole. Please report it.`);
  process.exitCode = 1;
});

process.once('uncaughtException', (error) => process.exit(report(error)));
installDefaultSignals();

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

async function run([name, ...words]: readonly string[]): Promise<number | undefined> {
  if (name === undefined) {
    process.stderr.write(programHelp());
    return 1;
  }
  if (name === '--version' || name === '-V' || name === '-v') {
    process.stdout.write(`${packageFacts().version}\n`);
    return undefined;
  }
  if (name === 'help' && words.length > 0) return run([...words, '--help']);
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(programHelp());
    return undefined;
  }
  if (name === 'completion') {
    await printCompletion(words);
    return undefined;
  }
  requireWorkingFolder();
  return (await import('./commands/run-listed.js')).runListed(name, words);
}

/** @throws UserError where it was removed: relative paths would lead nowhere, and threads cannot start. */
function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch (error) {
    throw new UserError('The working folder was removed: change into another one.', { cause: error });
  }
}

/** @throws UserError for other words than the name of a shell. */
async function printCompletion(words: readonly string[]): Promise<void> {
  const shell = words.length === 0 ? 'bash' : words.join(' ');
  const shells = ['bash', 'zsh', 'fish'];
  if (!shells.includes(shell))
    throw new UserError(`There is no completion for ${shell}, only for bash, zsh and fish.${suggestNear(shell, shells)}`);
  if (shell === 'fish') {
    const { fishCompletion } = await import('./commands/fish-completion.js');
    const others = { completion: 'print a script that completes commands', help: 'say what a command takes' };
    process.stdout.write(await fishCompletion(others));
    return;
  }
  const { completionScript } = await import('./commands/completion-script.js');
  process.stdout.write(await completionScript(['completion', 'help']));
}

function programHelp(): string {
  const width = helpWidth();
  const list = summaryLines(
    Object.entries(commandList).map(([name, { summary }]) => [name, summary]),
    width,
  );
  const usage = commandHint('COMMAND [OPTIONS]');
  const note =
    'COMMAND --help says what a command takes; --version prints the version; completion SHELL prints a script that completes commands ' +
    'and options in bash, zsh or fish.';
  return `Usage: ${usage}\n\n${wrapText(`${packageFacts().description}.`, width)}\n\nCommands\n${list}\n\n${wrapText(note, width)}\n`;
}

function packageFacts(): Readonly<Record<'version' | 'description', string>> {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
}

/** Says on stderr what went wrong. @returns the exit code. */
function report(error: unknown): number {
  if (error instanceof UserError) {
    say(error.message);
  } else if (isSystemError(error)) {
    say(`Cannot use ${printable(error.path)} (${error.syscall}): ${systemReason(error)}.`);
  } else if (process.env.ANTONYM_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  } else {
    const fault = installationFault(error);
    say(fault ?? `Unexpected failure: ${messageOf(error)}. Set ANTONYM_DEBUG=1 to see where, and please report it.`);
  }
  return 1;
}

/** For a process that ends now. */
function sayAtOnce(message: string): void {
  try {
    writeSync(2, `error: ${message}\n`);
  } catch {
    // nobody reads it
  }
}

/** A failed system call on a file, wherever it was not expected. */
function isSystemError(error: unknown): error is Error & { readonly path: string; readonly syscall: string } {
  return systemCodeOf(error) !== undefined && error instanceof Error && 'path' in error && 'syscall' in error;
}

function say(message: string): void {
  process.stderr.write(`error: ${printable(message)}\n`);
}
