/** Joins the processes that a launcher of MPI has started. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RequestThread } from '../support/threads/request-thread.js';
import { AgreedError } from './agreed-error.js';
import { type Launch, requireOpenDescriptor } from './launcher.js';
import { ncclIn } from './nccl-library.js';
import type { Joined, PeerReply, PeerRequest, PeerWorkerData } from './peer-messages.js';
import type { Peers } from './peers.js';

export interface JoinedPeers extends Peers {
  /** True after `close`. */
  readonly hasLeft: boolean;
}

/**
 * Variables that MPI's libraries read when they start, unless the user has set them. UCX, which MPICH may use, replaces the functions that
 * allocate memory while threads of V8 allocate, which crashes one start in twelve; and it takes the signal by which V8 notices an access outside
 * of WebAssembly's memory. Open MPI spins where processes share cores, unless it is told to yield; and it writes a whole message to a
 * host before it reads on, unless that comes in fragments: the wire is used in one direction at a time (`npm run bench -- peers --hosts 2`).
 */
const settings: Readonly<Record<string, string>> = {
  UCX_MEM_EVENTS: 'n',
  UCX_ERROR_SIGNALS: 'SIGILL,SIGBUS,SIGFPE',
  OMPI_MCA_mpi_yield_when_idle: '1',
  OMPI_MCA_btl_tcp_max_send_size: '32768',
  OMPI_MCA_btl_tcp_rdma_pipeline_frag_size: '32768',
};

/** Seconds beyond the limit after which a call of MPI that does not return ends the process: the others have spoken by then. */
const patience = 15;
/** Milliseconds in which a launcher passes on what a process has said before all end: MPICH's drops what it has not read by then. */
const heardWithin = 500;
/** Seconds for MPI to end the processes. */
const lastPatience = 5;

/**
 * @param limit seconds that a process may be late
 * @param onSilence says why this process is about to be killed, and for good: MPI does not return from a call
 * @throws UserError when there is no library; AgreedError when the launcher is not that of the library, or cannot be reached.
 */
export async function joinPeers({ size, family }: Launch, limit: number, onSilence: (reason: string) => void): Promise<JoinedPeers> {
  requireOpenDescriptor();
  // by the main thread, before the other starts: a thread's variables are a copy that C does not see
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const data: PeerWorkerData = { signal, limit };
  const thread = new RequestThread<PeerRequest, PeerReply>(
    (options) => new Worker(new URL('./peer-entry.js', import.meta.url), options),
    'the thread of MPI',
    data,
  );
  const ask = async <Reply extends PeerReply>(request: PeerRequest, transfer?: readonly ArrayBuffer[]): Promise<Reply> => {
    const watch = setTimeout(() => endProcess(limit + patience, onSilence), (limit + patience) * 1000);
    try {
      return (await thread.ask(request, transfer)) as Reply;
    } finally {
      clearTimeout(watch);
    }
  };
  const { rank, hosts, library } = await ask<Joined>({ kind: 'join', family });
  if (hosts.length !== size) {
    throw new AgreedError(
      `The launcher has started ${size} processes, but ${library} knows of ${hosts.length}: the launcher belongs to another library. ` +
        'Use the mpirun of that library; under Slurm, srun --mpi=pmix for Open MPI or --mpi=pmi2 for MPICH.',
    );
  }
  const here = hosts.flatMap((host, index) => (host === hosts[rank] ? [index] : []));
  let isOpen = true;
  return {
    rank,
    size,
    hosts,
    library,
    limit,
    get hasLeft() {
      return !isOpen;
    },
    localRank: here.indexOf(rank),
    localSize: here.length,
    ...coresOf(here.length),
    sumsOnCards: ncclIn(process.env) !== undefined,
    sum: async (places, card) => void (await ask({ kind: 'sum', places, card })),
    total: (numbers) => ask({ kind: 'total', numbers: Float64Array.from(numbers) }),
    share: (bytes, from = 0) => ask({ kind: 'share', bytes, from }),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await ask({ kind: 'leave' });
      await thread.close();
    },
    async abort() {
      await sleep(heardWithin);
      // a thread that waits sees the signal; one that MPI does not return to is ended with the process
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastPatience * 1000);
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
      await thread.ask({ kind: 'abort' }).catch(() => {});
      process.kill(process.pid, 'SIGKILL');
      return new Promise<never>(() => {});
    },
  };
}

/** Not by `process.exit`: it would wait for the call to return. */
function endProcess(seconds: number, onSilence: (reason: string) => void): void {
  onSilence(`MPI has not answered for ${seconds} s: another process, its machine or the network has stopped.`);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), heardWithin);
}

/** The cores of a process, of several on its machine: a launcher may have bound it to some. */
function coresOf(processes: number): Pick<Peers, 'cores' | 'threads'> {
  const cores = Math.max(1, Math.min(availableParallelism(), Math.floor(cpus().length / processes)));
  return { cores, threads: hasSharedCores() ? Math.ceil(cores / 2) : cores };
}

/** True where a physical core counts as two, which one thread of a kernel keeps busy: known of Linux only. */
function hasSharedCores(): boolean {
  try {
    return readFileSync('/sys/devices/system/cpu/smt/active', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}
