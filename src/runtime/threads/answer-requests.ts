/** The other side of `RequestThread`: answers requests one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../../support/errors.js';
import { NativeCalls } from './native-calls.js';
import { endMessage, type NumberedReply, type NumberedRequest, type RequestWorkerData } from './request-messages.js';

/**
 * Makes this worker thread answer requests until it is ended.
 * @param transferOf the buffers of a reply that can move to the other thread without a copy
 * @param end frees what does not go with the thread
 */
export function answerRequests<Request, Reply>(
  answer: (request: Request) => Promise<Reply>,
  transferOf: (reply: Reply) => readonly ArrayBuffer[],
  end: () => Promise<void> = async () => {},
): void {
  const port = parentPort;
  if (!port) throw new Error('requests are answered in a worker thread only');
  const calls = NativeCalls.from((workerData as RequestWorkerData).calls);
  const handle = async ({ id, request }: NumberedRequest<Request>): Promise<void> => {
    try {
      const reply = await answer(request);
      port.postMessage({ id, reply } satisfies NumberedReply<Reply>, [...transferOf(reply)]);
    } catch (error) {
      const failure = { message: messageOf(error), isForUsers: error instanceof UserError };
      port.postMessage({ id, error: failure } satisfies NumberedReply<Reply>);
    }
  };
  let previous: Promise<unknown> = Promise.resolve();
  port.on('message', (message: NumberedRequest<Request> | typeof endMessage) => {
    // a request waits for the one before it, which may be in the middle of an asynchronous call
    previous = previous.then(() =>
      message === endMessage ? calls.makeLast(end).finally(() => process.exit()) : calls.make(() => handle(message)),
    );
  });
}
