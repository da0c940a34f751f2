/** What a thread that answers requests and the one that asks say to each other. */

export interface NumberedRequest<Request> {
  readonly id: number;
  readonly request: Request;
}

/** A reply or an error, under the number of the request. */
export interface NumberedReply<Reply> {
  readonly id: number;
  readonly reply?: Reply;
  readonly error?: { readonly message: string; readonly isForUsers: boolean };
}

/** Places in the memory that both threads share: 1 when no other call shall begin, and 1 while a call is under way. */
export const [callsEnd, inCall] = [0, 1];
