#!/usr/bin/env node
/** The `antonym` command: parses the command line, runs one command, and turns every failure into one clear line. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { Command as TableCommand } from './commands/command.js';
import { runCommand } from './commands/run-command.js';
import { messageOf, systemCodeOf, UserError } from './support/errors.js';

/** In the order of the help. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  score: async () => (await import('./commands/score.js')).addScoreCommand,
  evaluate: async () => (await import('./commands/evaluate/evaluate.js')).addEvaluateCommand,
  degrade: async () => (await import('./commands/degrade/degrade.js')).addDegradeCommand,
  report: async () => (await import('./commands/report.js')).addReportCommand,
  devices: async () => (await import('./commands/devices.js')).addDevicesCommand,
  'fetch-cuda': async () => (await import('./commands/fetch-cuda.js')).addFetchCudaCommand,
};

const tables: Readonly<Record<string, () => Promise<TableCommand>>> = {
  train: async () => (await import('./commands/train/train.js')).trainCommand,
  export: async () => (await import('./commands/export.js')).exportCommand,
};

const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<string, string>;

const program = new Command('antonym')
  .description(`${description}.`)
  .version(version ?? '')
  .exitOverride()
  // Errors of the command line are reported below, in one line.
  .configureOutput({ outputError: () => {} })
  .configureHelp({ sortSubcommands: false });

// Loading all commands takes longer than scoring a photograph: only the help, and the hint at a name that is nearly right, need them.
const [, , named = ''] = process.argv;
const wanted = Object.hasOwn(commands, named) ? [named] : Object.keys(commands);
for (const name of wanted) (await commands[name]!())(program);
if (wanted.length > 1)
  for (const load of Object.values(tables)) {
    const { name, summary } = await load();
    program.command(name).summary(summary);
  }

// A reader that stops early (`antonym ... | head`) is no failure; commands that print as they go stop then.
process.stdout.on('error', (error) => {
  if (systemCodeOf(error) !== 'EPIPE') throw error;
});

try {
  if (Object.hasOwn(tables, named)) process.exitCode = await runCommand(await tables[named]!(), process.argv.slice(3));
  else await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong on stderr. @returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version were asked for; help was shown because no command was given.
    if (error.exitCode === 0 || error.code === 'commander.help') return error.exitCode;
    const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    say(error.code === 'commander.missingArgument' ? `${message}: --help says what to give` : message);
  } else if (error instanceof UserError) {
    say(error.message);
  } else if (process.env.ANTONYM_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  } else {
    say(`unexpected failure: ${messageOf(error)} (set ANTONYM_DEBUG=1 to see where, and please report it)`);
  }
  return 1;
}

function say(message: string): void {
  process.stderr.write(`error: ${message}\n`);
}
