/** Refusals of a command, without a process of its own: command-list.test.ts shows that the program prints such an error as one line. */
import { expect } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { attemptHere } from './antonym-here.js';

/**
 * Runs a command in this process and expects an error of one line, with nothing printed on stdout. One at a time: it takes the working folder
 * of the process.
 * @param words of the command line, the command's name first.
 * @returns what the command said on stderr before.
 */
export async function expectRefused(words: readonly string[], message: RegExp | string, folder = process.cwd()): Promise<string> {
  const { error, stdout, stderr } = await attemptHere(words, folder);
  expect(error, `${words.join(' ')} was not refused`).toBeInstanceOf(UserError);
  const text = (error as UserError).message;
  expect(text).toMatch(message);
  expect([text.includes('\n'), stdout]).toEqual([false, '']);
  return stderr;
}
