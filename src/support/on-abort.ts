/** What is to happen when a signal is aborted: one listener for any number of calls, since Node.js takes more than ten for a leak and warns of it. */

const callsOf = new WeakMap<AbortSignal, { readonly calls: Set<() => void>; readonly listener: () => void }>();

/**
 * Has a function called when a signal is aborted.
 * @returns forgets it; to be called when it is not needed any more.
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (signal === undefined) return () => {};
  const { calls, listener } = callsOf.get(signal) ?? listenTo(signal);
  // each its own, so that a function may be given twice
  const own = (): void => call();
  calls.add(own);
  return () => {
    calls.delete(own);
    if (calls.size > 0) return;
    signal.removeEventListener('abort', listener);
    callsOf.delete(signal);
  };
}

function listenTo(signal: AbortSignal): { readonly calls: Set<() => void>; readonly listener: () => void } {
  const calls = new Set<() => void>();
  const listener = (): void => {
    for (const call of calls) call();
  };
  signal.addEventListener('abort', listener, { once: true });
  callsOf.set(signal, { calls, listener });
  return { calls, listener };
}
