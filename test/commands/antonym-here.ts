/** Runs a command in this process, for what is asked of the command and not of its process: starting the program takes a second. */
import { runListed } from '#antonym/commands/run-listed.js';
import type { Outcome } from './antonym.js';

/**
 * One at a time: it takes the working folder and the output of this process.
 * @param words of the command line, the command's name first.
 * @throws what the command throws; `expectRefused` is for refusals.
 */
export async function antonymHere(words: readonly string[], folder = process.cwd()): Promise<Outcome> {
  const { error, ...outcome } = await attemptHere(words, folder);
  if (error !== undefined) throw error;
  return outcome;
}

/** The same, with the error that the command threw, if any, beside what it had printed before. */
export async function attemptHere([name, ...words]: readonly string[], folder: string): Promise<Outcome & { readonly error?: unknown }> {
  const before = process.cwd();
  process.chdir(folder);
  const said = { stdout: '', stderr: '' };
  const write = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: string | Uint8Array, ...rest: unknown[]) => {
      said[stream] += typeof text === 'string' ? text : new TextDecoder().decode(text);
      const written = rest.at(-1);
      if (typeof written === 'function') queueMicrotask(() => written());
      return true;
    };
  }
  try {
    const status = await runListed(name!, words);
    return { status: status ?? 0, ...said };
  } catch (error) {
    return { status: 1, ...said, error };
  } finally {
    for (const stream of ['stdout', 'stderr'] as const) process[stream].write = write[stream];
    process.chdir(before);
  }
}
