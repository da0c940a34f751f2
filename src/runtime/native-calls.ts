/**
 * Keeps a thread from being ended in the middle of a call. Node.js ends a thread by refusing whatever it asks for next: a native binding
 * that is just being loaded, or that is about to return a result, then throws in C++ where nothing catches it, and the process aborts.
 */

/** Places in the memory that both threads share: 1 when no other call shall begin, and 1 while a call is under way. */
const [callsEnd, inCall] = [0, 1];

/** The calls of one thread, of which the first is its start. */
export class NativeCalls {
  private constructor(
    /** For the other thread. */
    readonly shared: Int32Array<SharedArrayBuffer>,
  ) {}

  /** For a thread that is about to start: in a call until it has made its first. */
  static ofNewThread(): NativeCalls {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    shared[inCall] = 1;
    return new NativeCalls(shared);
  }

  /** The same calls, in the other thread. */
  static from(shared: Int32Array<SharedArrayBuffer>): NativeCalls {
    return new NativeCalls(shared);
  }

  /** In the thread that is ended: makes a call, one at a time, unless `end` or `endNow` was called. */
  async make(call: () => Promise<unknown>): Promise<void> {
    Atomics.store(this.shared, inCall, 1);
    try {
      if (Atomics.load(this.shared, callsEnd) === 0) await call();
    } finally {
      Atomics.store(this.shared, inCall, 0);
      Atomics.notify(this.shared, inCall);
    }
  }

  /** In the thread that ends the other: settles when the call under way is over. Does not keep the process from ending. */
  async end(): Promise<void> {
    Atomics.store(this.shared, callsEnd, 1);
    await Atomics.waitAsync(this.shared, inCall, 1).value;
  }

  /** As `end`, but blocks: for a process that exits now. */
  endNow(): void {
    Atomics.store(this.shared, callsEnd, 1);
    Atomics.wait(this.shared, inCall, 1);
  }
}
