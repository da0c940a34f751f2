/**
 * NVIDIA's NCCL, called through its C interface (nccl.h, the same since 2.0): sums gradients in the memory of cards, without the way through the
 * processor's memory. MPI joins the processes and carries the id by which NCCL finds them. It has run with a stand-in library, and with no card.
 */
import { messageOf, UserError } from '../support/errors.js';
import { koffi } from '../support/koffi.js';
import type { Place } from '../tensors/place.js';

/** The environment variable that asks for NCCL: 1, or the path of its library. */
export const ncclVariable = 'ANTONYM_NCCL';

/** The name of the library that is asked for; undefined where gradients go through the processor's memory. */
export function ncclIn(environment: NodeJS.ProcessEnv): string | undefined {
  const given = environment[ncclVariable];
  if (given === undefined || given === '' || given === '0') return undefined;
  return given === '1' ? 'libnccl.so.2' : given;
}

/** Names of CUDA's runtime, which chooses a card for a thread and waits for it. */
const cudaNames = ['libcudart.so.13', 'libcudart.so.12', 'libcudart.so.11.0', 'libcudart.so'];

/** Values of nccl.h. */
const [uniqueIdBytes, float32, sum] = [128, 7, 0];

export interface Nccl {
  /** Replaces float32 values in the card's memory by their sums over all processes. Blocks its thread. @throws Error with NCCL's message. */
  sum(places: readonly Place[]): void;
  close(): void;
}

export interface NcclOptions {
  /** The name or the path of the library. */
  readonly library: string;
  /** As CUDA counts those that the process sees. Each process needs one of its own. */
  readonly card: number;
  readonly rank: number;
  readonly size: number;
  /** Gives the bytes of process 0 to all. */
  readonly share: (bytes: Uint8Array | undefined) => Uint8Array;
}

type Library = ReturnType<typeof koffi.load>;
type Kind = Parameters<typeof koffi.sizeof>[0];
type Call = (...values: unknown[]) => number;

/**
 * Joins the cards of all processes, which must all call it.
 * @throws UserError when there is no library; Error with NCCL's message when it cannot join.
 */
export function openNccl({ library: name, card, rank, size, share }: NcclOptions): Nccl {
  const nccl = load([name]);
  const declare = (library: Library, explain: string, call: string, takes: readonly Kind[]) => {
    const run = library.func(call, 'int', [...takes]) as unknown as Call;
    const text = library.func(explain, 'str', ['int']) as unknown as (code: number) => string;
    return (...values: unknown[]): void => {
      const code = run(...values);
      if (code !== 0) throw new Error(`${call} failed: ${text(code)}`);
    };
  };
  const ofNccl = (call: string, ...takes: Kind[]) => declare(nccl, 'ncclGetErrorString', call, takes);
  const uniqueId = koffi.struct({ bytes: koffi.array('uint8_t', uniqueIdBytes, 'Typed') });
  const getUniqueId = ofNccl('ncclGetUniqueId', 'void *');
  const initialize = ofNccl('ncclCommInitRank', 'void *', 'int', uniqueId, 'int');
  const groupStart = ofNccl('ncclGroupStart');
  const groupEnd = ofNccl('ncclGroupEnd');
  const allReduce = ofNccl('ncclAllReduce', 'void *', 'void *', 'size_t', 'int', 'int', 'void *', 'void *');
  const destroy = ofNccl('ncclCommDestroy', 'void *');
  const cuda = cudaOf(nccl);
  const setDevice = declare(cuda, 'cudaGetErrorString', 'cudaSetDevice', ['int']);
  const synchronize = declare(cuda, 'cudaGetErrorString', 'cudaStreamSynchronize', ['void *']);

  const id = rank === 0 ? new Uint8Array(uniqueIdBytes) : undefined;
  if (id) getUniqueId(id);
  const bytes = share(id);
  setDevice(card);
  const communicator = new BigInt64Array(1);
  initialize(communicator, size, { bytes }, rank);
  return {
    sum(places) {
      // the default stream: ONNX Runtime waits for its own before a call of it returns
      groupStart();
      for (const { address, length } of places) allReduce(address, address, length, float32, sum, communicator[0], null);
      groupEnd();
      synchronize(null);
    },
    close: () => destroy(communicator[0]),
  };
}

/** NCCL's own library where that has the functions, else CUDA's runtime. */
function cudaOf(nccl: Library): Library {
  try {
    nccl.func('cudaSetDevice', 'int', ['int']);
    return nccl;
  } catch {
    return load(cudaNames);
  }
}

function load(names: readonly string[]): Library {
  const failures: string[] = [];
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new UserError(
    `${ncclVariable} asks for NCCL, which cannot be loaded (${failures[0]}). Install it with CUDA's runtime, add their folder to ` +
      `LD_LIBRARY_PATH, give the path of libnccl.so.2, or leave ${ncclVariable} out: then gradients go through the processor's memory.`,
  );
}
