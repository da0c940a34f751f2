/** Launchers of MPI leave facts in the environment of the processes that they start. */
import { fstatSync } from 'node:fs';
import { UserError } from '../support/errors.js';
import type { MpiFamily } from './mpi-library.js';

export interface Launch {
  /** The launcher, for people. */
  readonly by: string;
  /** Number of processes that it has started, 2 or more. */
  readonly size: number;
  /** The number of this one, from 0. */
  readonly rank: number;
  /** The library that belongs to it; undefined where it serves several. */
  readonly family: MpiFamily | undefined;
}

interface Variables {
  readonly by: string;
  readonly size: string;
  readonly rank: string;
  readonly family?: MpiFamily;
}

/**
 * In this order: mpirun of one library may run inside a step of Slurm. Slurm sets SLURM_NTASKS in batch scripts too, where one process runs;
 * the number of tasks of a step is set by srun alone.
 */
const launchers: readonly Variables[] = [
  { by: "Open MPI's mpirun", size: 'OMPI_COMM_WORLD_SIZE', rank: 'OMPI_COMM_WORLD_RANK', family: 'openmpi' },
  { by: 'PALS (mpiexec or aprun)', size: 'PALS_SIZE', rank: 'PALS_RANKID', family: 'mpich' },
  { by: "Slurm's srun", size: 'SLURM_STEP_NUM_TASKS', rank: 'SLURM_PROCID' },
  { by: "MPICH's mpirun", size: 'PMI_SIZE', rank: 'PMI_RANK', family: 'mpich' },
];

/** Slurm starts Open MPI by PMIx, which needs no descriptor, and MPICH by PMI-2, which does; MPICH by PMIx has to be named. */
function familyIn({ PMIX_RANK, PMI_FD }: NodeJS.ProcessEnv): MpiFamily | undefined {
  return PMIX_RANK !== undefined ? 'openmpi' : PMI_FD !== undefined ? 'mpich' : undefined;
}

/** @returns undefined where this process is the only one, or nothing launched it */
export function launchOf(environment: NodeJS.ProcessEnv = process.env): Launch | undefined {
  for (const { by, size, rank, family = familyIn(environment) } of launchers) {
    const [count, number] = [Number(environment[size]), Number(environment[rank])];
    if (Number.isInteger(count) && count > 1 && Number.isInteger(number)) return { by, size: count, rank: number, family };
  }
  return undefined;
}

/** True under a launcher, also where it has started a single process. */
export function isLaunched(environment: NodeJS.ProcessEnv = process.env): boolean {
  return launchers.some(({ size }) => environment[size] !== undefined);
}

/**
 * Node.js closes descriptors that it inherits in the programs that it starts: the launcher's does not reach a child of npm, where another file may
 * have its number.
 * @throws UserError when the descriptor by which MPICH's launchers and Slurm's PMI-2 talk to a process is closed.
 */
export function requireOpenDescriptor(environment: NodeJS.ProcessEnv = process.env): void {
  const descriptor = Number(environment.PMI_FD ?? Number.NaN);
  if (!Number.isInteger(descriptor)) return;
  if (!isSocket(descriptor)) {
    throw new UserError(
      `The launcher of MPI cannot be reached: its descriptor PMI_FD=${descriptor} is closed. npm run and npx close it: start ` +
        'node dist/cli.js, or node_modules/.bin/antonym, itself.',
    );
  }
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}
