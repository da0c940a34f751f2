/**
 * Waiting for all processes before a call that needs them all. MPI itself waits by spinning, without end, and does not say for whom: so each
 * process first tells process 0 that it is there, asleep between looks, and process 0 tells all when nobody is missing.
 */
import { UserError } from '../support/errors.js';
import type { Mpi, Pending } from './mpi-library.js';

/** Milliseconds between looks: short at first, for a call costs two of them. */
const [firstSleep, longestSleep] = [0.1, 2];

/** Seconds that others wait longer than process 0, which knows who is missing. */
const grace = 10;

/** Most processes named in a message. */
const named = 4;

/** The text for a process in messages. */
export function nameOfPeer(rank: number, hosts: readonly string[]): string {
  return `process ${rank} of ${hosts.length}${hosts[rank] === undefined ? '' : ` on ${hosts[rank]}`}`;
}

export interface RollCall {
  readonly mpi: Mpi;
  readonly hosts: readonly string[];
  /** Seconds. */
  readonly limit: number;
  /** Not zero when all processes are to end. */
  readonly signal: Int32Array<SharedArrayBuffer>;
}

/** @throws UserError that names the missing processes once the limit is over. */
export function meet(call: RollCall): void {
  const { mpi, hosts, limit } = call;
  if (mpi.rank === 0) {
    const others = Array.from({ length: mpi.size - 1 }, (_, index) => index + 1);
    const missing = new Map(others.map((rank) => [rank, mpi.receive(rank)] as const));
    waitFor(call, missing, limit);
    if (missing.size > 0) throw late([...missing.keys()], hosts, limit);
    waitFor(call, new Map(others.map((rank) => [rank, mpi.send(rank)] as const)), limit);
    return;
  }
  const steps = new Map([
    [mpi.rank, mpi.send(0)],
    [0, mpi.receive(0)],
  ]);
  waitFor(call, steps, limit + grace);
  if (steps.size > 0) throw late([0], hosts, limit + grace);
}

/** Returns when the list is empty, or the limit is over. */
function waitFor({ mpi, signal }: RollCall, pending: Map<number, Pending>, limit: number): void {
  const end = performance.now() + limit * 1000;
  for (let sleep = firstSleep; ; sleep = Math.min(1.2 * sleep, longestSleep)) {
    for (const [rank, message] of pending) if (mpi.isDone(message)) pending.delete(rank);
    if (pending.size === 0 || performance.now() > end) return;
    Atomics.wait(signal, 0, 0, sleep);
    if (Atomics.load(signal, 0) !== 0) mpi.abort();
  }
}

function late(ranks: readonly number[], hosts: readonly string[], limit: number): UserError {
  const names = ranks.slice(0, named).map((rank) => nameOfPeer(rank, hosts));
  const list = ranks.length > named ? `${names.join(', ')} and ${ranks.length - named} more` : names.join(', ');
  return new UserError(
    `No answer for ${limit} s from ${list}: a process has stopped, or its machine or network has. If it is only slow, use a larger --peer-timeout.`,
  );
}
