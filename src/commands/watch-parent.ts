/** A command that npm started ends with it: npm does not pass every signal on, and none when it is killed. */

/** Milliseconds. */
const interval = 500;

/** Calls back once when npm, which started this process, has ended; never where something else did. @returns a function that ends the watch. */
export function watchParent(onEnd: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
