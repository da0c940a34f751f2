/** MPI as it is installed: sums in another thread's memory, broadcasts, waiting with a limit, ends. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { launch, launcherNamed, launchers, unlessLaunchers } from './mpirun.js';
import { compiler, ncclStandIn } from './nccl-stand-in.js';

const program = fileURLToPath(new URL('exchange.mjs', import.meta.url));
const folder = await temporaryFolder();

function factsIn(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).sort((a, b) => Number(a.rank) - Number(b.rank));
}

const nccl = ncclStandIn(folder);
/** A word for titles. */
const onCards = compiler ? 'on cards that a stand-in of NCCL plays, too' : 'but not on cards (skipped: there is no C compiler)';

const expected = (rank: number, size: number, library: unknown) => ({
  rank,
  size,
  library,
  isLocal: true,
  cores: expect.any(Number),
  wrong: 0,
  trapped: true,
  total: [size, (size * (size - 1)) / 2, size / 2],
  texts: Array.from({ length: size }, (_, other) => (other === 0 ? '' : `process ${other}`)),
  bytes: [70_000_001, 7, 7],
  agreed: 10 * rank,
  failure: expect.stringMatching(`^AgreedError: In process ${size - 1} of ${size} on .*: no disk$`),
});

test.skipIf(launchers.length === 0)(`there is a launcher of MPI${unlessLaunchers}`, () => {
  expect(launchers.every(({ command }) => command.startsWith('mpirun'))).toBe(true);
});

describe.each(launchers)('$name', (launcher) => {
  test.each([2, 3])(`joins %i processes, which sum and share, ${onCards}`, async (size) => {
    const environment = nccl === undefined ? {} : { ANTONYM_NCCL: nccl };
    const { code, stdout, stderr } = await launch(launcher, size, [program], { environment }).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const library = expect.stringContaining(launcher.name);
    expect(factsIn(stdout)).toEqual(
      Array.from({ length: size }, (_, rank) => ({ ...expected(rank, size, library), ...(nccl !== undefined && { wrongOnCards: 0 }) })),
    );
  });

  test('ends all processes when one has stopped, and names it', async () => {
    const { code, stderr } = await launch(launcher, 2, [program, 'stop']).ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^No answer for 2 s from process 1 of 2 on .*: a process has stopped, or its machine or network has\./m);
  });

  test('ends all processes when one ends them', async () => {
    const { code, stderr } = await launch(launcher, 2, [program, 'abort']).ended;
    expect(code).not.toBe(0);
    expect(stderr).not.toContain('No answer');
  });

  const other = launchers.find(({ name }) => name !== launcher.name);
  test.skipIf(!other)('says that the launcher is that of another library (needs both)', async () => {
    const library = { 'Open MPI': 'libmpi.so.40', MPICH: 'libmpich.so.12' }[other!.name];
    const { code, stderr } = await launch(launcher, 2, [program], { environment: { ANTONYM_MPI: library } }).ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /AgreedError: The launcher has started 2 processes, but .* knows of 1: the launcher belongs to another library\./,
    );
  });

  test('says that there is no library', async () => {
    const { stderr } = await launch(launcher, 2, [program], { environment: { ANTONYM_MPI: '/nowhere/libmpi.so' } }).ended;
    expect(stderr).toMatch(/UserError: .* MPI's library cannot be loaded \(\/nowhere\/libmpi\.so: .*\)\. Install Open MPI or MPICH, /);
  });
});

const mpich = launcherNamed('MPICH');

test.skipIf(!mpich || !compiler)(`the standard ABI of MPI 5, over MPICH (needs a C compiler)${unlessLaunchers}`, async () => {
  const library = join(folder, 'libmpi_abi.so');
  const source = fileURLToPath(new URL('standard-abi.c', import.meta.url));
  execFileSync(compiler!, ['-shared', '-fPIC', '-o', library, source, '-l:libmpich.so.12']);
  const { code, stdout, stderr } = await launch(mpich!, 2, [program], { environment: { ANTONYM_MPI: library } }).ended;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const own = expect.stringContaining('Standard ABI 5.0');
  expect(factsIn(stdout)).toEqual([expected(0, 2, own), expected(1, 2, own)]);
});
