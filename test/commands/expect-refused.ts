/** Refusals of a command, without a process of its own: command-list.test.ts shows that the program prints such an error as one line. */
import { expect } from 'vitest';
import { runGroup } from '#antonym/commands/command-group.js';
import { commandList } from '#antonym/commands/command-list.js';
import { runCommand } from '#antonym/commands/run-command.js';
import { UserError } from '#antonym/support/errors.js';

/**
 * Runs a command in this process and expects an error of one line, with nothing printed on stdout. One at a time: it takes the working folder
 * of the process.
 * @param words of the command line, the command's name first.
 * @returns what the command said on stderr before.
 */
export async function expectRefused(
  [name, ...words]: readonly string[],
  message: RegExp | string,
  folder = process.cwd(),
): Promise<string> {
  const command = await commandList[name!]!();
  const before = process.cwd();
  process.chdir(folder);
  const said = { stdout: '', stderr: '' };
  const write = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: string | Uint8Array) => {
      said[stream] += text;
      return true;
    };
  }
  let error: unknown;
  try {
    await ('commands' in command ? runGroup(command, words) : runCommand(command, words));
  } catch (thrown) {
    error = thrown;
  } finally {
    for (const stream of ['stdout', 'stderr'] as const) process[stream].write = write[stream];
    process.chdir(before);
  }
  expect(error, `${words.join(' ')} was not refused`).toBeInstanceOf(UserError);
  const text = (error as UserError).message;
  expect(text).toMatch(message);
  expect([text.includes('\n'), said.stdout]).toEqual([false, '']);
  return said.stderr;
}
