/** A command in this process that is stopped in good order: what signals do to the program's process is asked of processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './antonym.js';
import { antonymHere } from './antonym-here.js';

/**
 * Runs a command, and calls its own handler of Ctrl-C once a condition holds.
 * @throws Error when the command ends before.
 */
export async function stoppedHere(words: readonly string[], folder: string, condition: () => boolean | Promise<boolean>): Promise<Outcome> {
  let hasEnded = false;
  const running = antonymHere(words, folder).finally(() => {
    hasEnded = true;
  });
  while (!(await condition())) {
    if (hasEnded) throw new Error(`the command ended too early:\n${(await running).stderr}`);
    await sleep(5);
  }
  process.emit('SIGINT', 'SIGINT');
  return running;
}
