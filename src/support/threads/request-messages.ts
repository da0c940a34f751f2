/** Messages between a thread that answers requests and the one that asks. */
import type { ErrorCode } from '../errors.js';

export interface NumberedRequest<Request> {
  readonly id: number;
  readonly request: Request;
}

/** Ends the thread, after a last call. */
export const endMessage = 'end';

/** A reply or an error, under the number of the request. */
export interface NumberedReply<Reply> {
  readonly id: number;
  readonly reply?: Reply;
  readonly error?: PlainError;
}

/** An error as plain data: its class would not survive the transfer between threads. */
export interface PlainError {
  readonly message: string;
  /** Code of a `UserError`. */
  readonly code?: ErrorCode;
  readonly stack?: string | undefined;
}

/** Data that a thread starts with. */
export interface RequestWorkerData {
  /** The memory of its `NativeCalls`. */
  readonly calls: Int32Array<SharedArrayBuffer>;
  /** Data for the program. */
  readonly data: unknown;
}
