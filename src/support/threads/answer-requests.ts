/** The other side of `RequestThread`: answers requests one after the other, or as they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../errors.js';
import { NativeCalls } from './native-calls.js';
import { endMessage, type NumberedReply, type NumberedRequest, type RequestWorkerData } from './request-messages.js';

/** The data that the asking thread gave this one at its start. */
export function dataOfThread<Data>(): Data {
  return (workerData as RequestWorkerData).data as Data;
}

interface AnsweringOptions {
  /** Frees resources that outlive the thread. */
  readonly end?: () => Promise<void>;
  /** True when a request need not wait for the one before it to finish. */
  readonly isConcurrent?: boolean;
}

/**
 * Makes this worker thread answer requests until it is ended.
 * @param transferOf the buffers of a reply that can move to the other thread without a copy
 */
export function answerRequests<Request, Reply>(
  answer: (request: Request) => Promise<Reply>,
  transferOf: (reply: Reply) => readonly ArrayBuffer[],
  { end = async () => {}, isConcurrent = false }: AnsweringOptions = {},
): void {
  const port = parentPort;
  if (!port) throw new Error('requests are answered only in a worker thread');
  const calls = NativeCalls.from((workerData as RequestWorkerData).calls);
  const handle = async ({ id, request }: NumberedRequest<Request>): Promise<void> => {
    try {
      const reply = await answer(request);
      port.postMessage({ id, reply } satisfies NumberedReply<Reply>, [...transferOf(reply)]);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      const failure = { message: messageOf(error), ...(error instanceof UserError && { code: error.code }), stack };
      port.postMessage({ id, error: failure } satisfies NumberedReply<Reply>);
    }
  };
  let previous: Promise<unknown> = Promise.resolve();
  port.on('message', (message: NumberedRequest<Request> | typeof endMessage) => {
    if (message === endMessage) {
      previous = previous.then(() => calls.makeLast(end)).finally(() => process.exit());
      return;
    }
    const call = (): Promise<void> => calls.make(() => handle(message));
    previous = isConcurrent ? Promise.all([previous, call()]) : previous.then(call);
  });
}
