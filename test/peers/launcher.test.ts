import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { launchOf, requireOpenDescriptor } from '#antonym/peers/launcher.js';
import { partsOf } from '#antonym/peers/peers.js';

describe('launchers', () => {
  test.each([
    [
      { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '3' },
      { size: 4, rank: 3, family: 'openmpi' },
    ],
    [
      { PMI_SIZE: '2', PMI_RANK: '0' },
      { size: 2, rank: 0, family: 'mpich' },
    ],
    [
      { PALS_SIZE: '8', PALS_RANKID: '7' },
      { size: 8, rank: 7, family: 'mpich' },
    ],
    [
      { SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '1', SLURM_NTASKS: '2' },
      { size: 2, rank: 1, family: undefined },
    ],
    [{ SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '0', PMI_FD: '9' }, { family: 'mpich' }],
    [{ SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '0', PMIX_RANK: '0' }, { family: 'openmpi' }],
    // mpirun in a batch script
    [
      { SLURM_STEP_NUM_TASKS: '1', SLURM_PROCID: '0', OMPI_COMM_WORLD_SIZE: '2', OMPI_COMM_WORLD_RANK: '1' },
      { size: 2, rank: 1 },
    ],
  ])('%o', (environment, expected) => {
    expect(launchOf(environment)).toMatchObject(expected);
  });

  test('nothing was launched by an ordinary shell, a batch script of Slurm, or a launcher of one process', () => {
    expect(launchOf({})).toBeUndefined();
    expect(launchOf({ SLURM_NTASKS: '8', SLURM_PROCID: '0', SLURM_JOB_ID: '7' })).toBeUndefined();
    expect(launchOf({ OMPI_COMM_WORLD_SIZE: '1', OMPI_COMM_WORLD_RANK: '0' })).toBeUndefined();
  });

  test('a closed descriptor of MPICH, and another file of its number, are refused with advice', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
    expect(() => requireOpenDescriptor({ PMI_FD: String(fd) })).not.toThrow();
    server.close();
    expect(() => requireOpenDescriptor({})).not.toThrow();
    // what Node.js itself opens under npm run
    expect(() => requireOpenDescriptor({ PMI_FD: String(openSync('/dev/null', 'r')) })).toThrow(/is closed\. npm run and npx close it/);
    expect(() => requireOpenDescriptor({ PMI_FD: '987654' })).toThrow(
      /descriptor PMI_FD=987654 is closed\. npm run and npx close it: start node dist\/cli\.js/,
    );
  });
});

test('every part of an update belongs to one process, and processes differ by at most one part', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 1000 }), (size, more) => {
      const parts = size + more;
      const shares = Array.from({ length: size }, (_, rank) => partsOf({ rank, size }, parts));
      const all = shares.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
      expect(all).toEqual(Array.from({ length: parts }, (_, part) => part));
      const counts = shares.map(({ count }) => count);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});
