/**
 * Keeps a thread from being terminated during a call. Node.js terminates a thread by refusing its next request: a native binding
 * that is being loaded, or about to return a result, then throws in C++ where nothing catches it, and the process aborts.
 */

/** Indices of flags in the shared memory: no further call may begin, a call is under way, only the last call may still begin. */
const [callsEnd, inCall, isClosing] = [0, 1, 2];

/** The calls of one thread; the first is its start. */
export class NativeCalls {
  /** Calls under way, in the thread that makes them. */
  private underWay = 0;

  private constructor(
    /** For the other thread. */
    readonly shared: Int32Array<SharedArrayBuffer>,
  ) {}

  /** For a thread about to start: counts as in a call until it has made its first. */
  static ofNewThread(): NativeCalls {
    const shared = new Int32Array(new SharedArrayBuffer(12));
    shared[inCall] = 1;
    return new NativeCalls(shared);
  }

  /** The same calls, in the other thread. */
  static from(shared: Int32Array<SharedArrayBuffer>): NativeCalls {
    return new NativeCalls(shared);
  }

  /** In the thread to be ended: makes a call, unless `close` or `endNow` was called. */
  async make(call: () => Promise<unknown>): Promise<void> {
    await this.makeUnless([callsEnd, isClosing], call);
  }

  /** The same for the last call, after `close`. */
  async makeLast(call: () => Promise<unknown>): Promise<void> {
    await this.makeUnless([callsEnd], call);
  }

  private async makeUnless(reasons: readonly number[], call: () => Promise<unknown>): Promise<void> {
    if (this.underWay++ === 0) Atomics.store(this.shared, inCall, 1);
    try {
      if (reasons.every((reason) => Atomics.load(this.shared, reason) === 0)) await call();
    } finally {
      if (--this.underWay === 0) {
        Atomics.store(this.shared, inCall, 0);
        Atomics.notify(this.shared, inCall);
      }
    }
  }

  /** In the thread that ends the other: of the waiting calls, only the last one is still made. */
  close(): void {
    Atomics.store(this.shared, isClosing, 1);
  }

  /** For a process that exits now: blocks until the call under way is over, and prevents any after it. */
  endNow(): void {
    Atomics.store(this.shared, callsEnd, 1);
    Atomics.wait(this.shared, inCall, 1);
  }
}
