/** The start of a `RequestThread`'s thread, by an entry of its own, which bundlers find: they follow `new URL` and `import` of constants. */
import { workerData } from 'node:worker_threads';
import { loadWithFewFiles } from '../open-files.js';
import { NativeCalls } from './native-calls.js';
import type { RequestWorkerData } from './request-messages.js';

/** Makes the loading of the program, and with it of native bindings, the thread's first call. */
export function startThread(load: () => Promise<unknown>): void {
  const { calls } = workerData as RequestWorkerData;
  loadWithFewFiles();
  // not awaited at the top of the entry: V8 aborts the process when a thread is ended at the evaluation of a module that awaits
  void NativeCalls.from(calls).make(load);
}
