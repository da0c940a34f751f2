/** The other side of `RequestThread`: answers requests one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../support/errors.js';
import { callsEnd, inCall, type NumberedReply, type NumberedRequest } from './request-messages.js';

/**
 * Makes this worker thread answer requests until it is ended.
 * @param transferOf the buffers of a reply that can move to the other thread without a copy
 */
export function answerRequests<Request, Reply>(
  answer: (request: Request) => Promise<Reply>,
  transferOf: (reply: Reply) => readonly ArrayBuffer[],
): void {
  const port = parentPort;
  if (!port) throw new Error('requests are answered in a worker thread only');
  const calls = workerData as Int32Array;
  const handle = async ({ id, request }: NumberedRequest<Request>): Promise<void> => {
    Atomics.store(calls, inCall, 1);
    try {
      if (Atomics.load(calls, callsEnd) === 1) return;
      const reply = await answer(request);
      port.postMessage({ id, reply } satisfies NumberedReply<Reply>, [...transferOf(reply)]);
    } catch (error) {
      const failure = { message: messageOf(error), isForUsers: error instanceof UserError };
      port.postMessage({ id, error: failure } satisfies NumberedReply<Reply>);
    } finally {
      Atomics.store(calls, inCall, 0);
      Atomics.notify(calls, inCall);
    }
  };
  let previous = Promise.resolve();
  port.on('message', (message: NumberedRequest<Request>) => {
    // a request waits for the one before it, which may be in the middle of an asynchronous call
    previous = previous.then(() => handle(message));
  });
}
