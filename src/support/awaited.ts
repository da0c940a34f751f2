/**
 * The list of what this process waits for: told when its event loop runs empty although a command has not ended, which would else end it
 * without a word.
 */

const waits = new Set<() => string | undefined>();

/**
 * @param describe says what is waited for, as in `2 answers of a pair worker`; undefined: nothing. @returns a function that ends the watch.
 */
export function watchAwaited(describe: () => string | undefined): () => void {
  waits.add(describe);
  return () => waits.delete(describe);
}

/** All that is waited for; empty when nothing is known to be. */
export function listAwaited(): string[] {
  return [...waits].flatMap((describe) => describe() ?? []);
}
