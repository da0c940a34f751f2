/** The values of MPI's constants in C: three sets cover every library, told apart as mpi4py does (src/mpi4py/_mpiabi.py). */

/** A handle: a number, or in most libraries a pointer. */
export type Handle = number | bigint;

export interface MpiAbi {
  /** The type by which koffi passes handles, and the bytes of one. */
  readonly handle: { readonly type: 'int' | 'void *'; readonly bytes: 4 | 8 };
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly errorsReturn: Handle;
  readonly inPlace: bigint;
  readonly ignoredStatus: bigint;
  /** MPI_THREAD_FUNNELED: one thread makes all calls. */
  readonly funneled: number;
}

const number = { type: 'int', bytes: 4 } as const;
const pointer = { type: 'void *', bytes: 8 } as const;

/** MPICH and its kin (Intel MPI, MVAPICH, Cray MPICH): mpi.h of MPICH 4.0; the same since 3.1. */
export const mpichAbi: MpiAbi = {
  handle: number,
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  byte: 0x4c00010d,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  inPlace: -1n,
  ignoredStatus: 1n,
  funneled: 1,
};

/** MPI 5.0, chapter 20: mpi.h of github.com/mpi-forum/mpi-abi-stubs. */
export const standardAbi: MpiAbi = {
  handle: pointer,
  world: 0x101n,
  float: 0x210n,
  double: 0x214n,
  byte: 0x247n,
  sum: 0x21n,
  errorsReturn: 0x142n,
  inPlace: 1n,
  ignoredStatus: 0n,
  funneled: 1024,
};

/**
 * Open MPI 3 to 5, whose handles are addresses of variables.
 * @param addressOf a variable of the library
 */
export function openMpiAbi(addressOf: (variable: string) => bigint): MpiAbi {
  return {
    handle: pointer,
    world: addressOf('ompi_mpi_comm_world'),
    float: addressOf('ompi_mpi_float'),
    double: addressOf('ompi_mpi_double'),
    byte: addressOf('ompi_mpi_byte'),
    sum: addressOf('ompi_mpi_op_sum'),
    errorsReturn: addressOf('ompi_mpi_errors_return'),
    inPlace: 1n,
    ignoredStatus: 0n,
    funneled: 1,
  };
}
