/** The thread of a `RequestThread`. Its first call loads the program, and with it native bindings. */
import { workerData } from 'node:worker_threads';
import { NativeCalls } from './native-calls.js';
import type { RequestWorkerData } from './request-messages.js';

const { calls, program } = workerData as RequestWorkerData;
// not awaited at the top: V8 aborts the process when a thread is ended at the evaluation of a module that awaits
void NativeCalls.from(calls).make(() => import(program));
