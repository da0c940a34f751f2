/** MPI's library, whichever a machine has, called through its C interface: nothing is compiled when this program is installed. */

import { messageOf, UserError } from '../support/errors.js';
import { koffi } from '../support/koffi.js';
import { type Handle, type MpiAbi, mpichAbi, openMpiAbi, standardAbi } from './mpi-abi.js';

/** A message under way. */
export type Pending = Int32Array | BigInt64Array;

/** Calls block their thread, and one thread makes them all. Where one fails, it throws an Error with MPI's message. */
export interface Mpi {
  /** `Open MPI v4.1.4`: the first words of what the library says of itself. */
  readonly version: string;
  readonly rank: number;
  readonly size: number;
  /** Replaces values by their sums over all processes. */
  sumFloats(address: bigint, count: number): void;
  sumDoubles(values: Float64Array): void;
  /** Overwrites bytes by those of one process. */
  broadcast(bytes: Uint8Array, from: number): void;
  /** Sends a message without content. */
  send(to: number): Pending;
  receive(from: number): Pending;
  isDone(pending: Pending): boolean;
  finalize(): void;
  /** Ends all processes; does not return. */
  abort(): void;
}

/** Names by which the system finds libraries; the first two are Open MPI's and MPICH's, the third is Debian's MPICH. */
const openMpiNames = ['libmpi.so.40'];
const mpichNames = ['libmpi.so.12', 'libmpich.so.12'];
const otherNames = ['libmpi_abi.so.1', 'libmpi_abi.so.0', 'libmpi.so'];

/** The environment variable that names a library instead. */
const libraryVariable = 'ANTONYM_MPI';

export type MpiFamily = 'openmpi' | 'mpich';

/**
 * Loads MPI and joins the processes that a launcher started.
 * @param family the launcher's, whose library is tried first; undefined where it serves several
 * @throws UserError when there is no library; Error when it cannot join.
 */
export function initializeMpi(family: MpiFamily | undefined, environment = process.env): Mpi {
  const given = environment[libraryVariable];
  const own = family === 'mpich' ? [...mpichNames, ...otherNames, ...openMpiNames] : [...openMpiNames, ...otherNames, ...mpichNames];
  const library = loadFirst(given ? [given] : own);
  return bind(library, abiOf(library));
}

type Library = ReturnType<typeof koffi.load>;

function loadFirst(names: readonly string[]): Library {
  const failures: string[] = [];
  for (const name of names) {
    try {
      // plug-ins of Open MPI look for its symbols among those of the process
      return koffi.load(name, { global: true, lazy: true });
    } catch (error) {
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new UserError(
    `A launcher of MPI has started this program, but MPI's library cannot be loaded (${failures[0]}). Install Open MPI or MPICH, add its ` +
      `folder to LD_LIBRARY_PATH, or set ${libraryVariable} to the path of its library.`,
  );
}

function abiOf(library: Library): MpiAbi {
  const version = functionOf(library, 'MPI_Abi_get_version', ['int *', 'int *']);
  if (version !== undefined) {
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    if (version(major, minor) === 0 && major[0]! > 0) return standardAbi;
  }
  try {
    return openMpiAbi((variable) => library.symbol(variable) as bigint);
  } catch {
    return mpichAbi;
  }
}

type Call = (...values: unknown[]) => number;

function functionOf(library: Library, name: string, takes: readonly string[]): Call | undefined {
  try {
    return library.func(name, 'int', [...takes]) as unknown as Call;
  } catch {
    return undefined;
  }
}

const mostErrorBytes = 512;
const mostVersionBytes = 8192;
/** Tag of the messages by which processes meet. */
const tag = 7;

function bind(library: Library, abi: MpiAbi): Mpi {
  const { type } = abi.handle;
  const explain = library.func('MPI_Error_string', 'int', ['int', 'void *', 'int *']) as unknown as Call;
  const declare = (name: string, ...takes: string[]): ((...values: unknown[]) => void) => {
    const call = library.func(name, 'int', takes) as unknown as Call;
    return (...values) => {
      const code = call(...values);
      if (code !== 0) throw new Error(`${name} failed: ${textBy((bytes, length) => explain(code, bytes, length), mostErrorBytes)}`);
    };
  };
  const initialize = declare('MPI_Init_thread', 'void *', 'void *', 'int', 'int *');
  const setErrorHandler = declare('MPI_Comm_set_errhandler', type, type);
  const rankOf = declare('MPI_Comm_rank', type, 'int *');
  const sizeOf = declare('MPI_Comm_size', type, 'int *');
  const libraryVersion = declare('MPI_Get_library_version', 'void *', 'int *');
  const allreduce = declare('MPI_Allreduce', 'void *', 'void *', 'int', type, type, type);
  const broadcast = declare('MPI_Bcast', 'void *', 'int', type, 'int', type);
  const send = declare('MPI_Isend', 'void *', 'int', type, 'int', 'int', type, 'void *');
  const receive = declare('MPI_Irecv', 'void *', 'int', type, 'int', 'int', type, 'void *');
  const test = declare('MPI_Test', 'void *', 'int *', 'void *');
  const finalize = declare('MPI_Finalize');
  const abort = declare('MPI_Abort', type, 'int');

  initialize(null, null, abi.funneled, new Int32Array(1));
  setErrorHandler(abi.world, abi.errorsReturn);
  const whole = (call: (result: Int32Array) => void): number => {
    const result = new Int32Array(1);
    call(result);
    return result[0]!;
  };
  const pending = (call: (request: Pending) => void): Pending => {
    const request = abi.handle.bytes === 4 ? new Int32Array(1) : new BigInt64Array(1);
    call(request);
    return request;
  };
  const sum = (values: bigint | Float64Array, count: number, dataType: Handle): void =>
    allreduce(abi.inPlace, values, count, dataType, abi.sum, abi.world);
  const done = new Int32Array(1);
  return {
    version:
      /^.*?\d+\.\d+[\w.]*/.exec(textBy(libraryVersion, mostVersionBytes).replace(/\s+/g, ' '))?.[0].replace(' Version:', '') ?? 'MPI',
    rank: whole((result) => rankOf(abi.world, result)),
    size: whole((result) => sizeOf(abi.world, result)),
    sumFloats: (address, count) => sum(address, count, abi.float),
    sumDoubles: (values) => sum(values, values.length, abi.double),
    broadcast: (bytes, from) => broadcast(bytes, bytes.length, abi.byte, from, abi.world),
    send: (to) => pending((request) => send(null, 0, abi.byte, to, tag, abi.world, request)),
    receive: (from) => pending((request) => receive(null, 0, abi.byte, from, tag, abi.world, request)),
    isDone(request) {
      test(request, done, abi.ignoredStatus);
      return done[0] !== 0;
    },
    finalize: () => finalize(),
    abort: () => abort(abi.world, 1),
  };
}

/** A text that a call writes. */
function textBy(call: (bytes: Uint8Array, length: Int32Array) => void, most: number): string {
  const [bytes, length] = [new Uint8Array(most), new Int32Array(1)];
  call(bytes, length);
  return Buffer.from(bytes.buffer, 0, length[0]).toString('utf8').replace(/\0.*$/s, '').trim();
}
