/** A shell that lets few files be open is told so, instead of a stack of the loader. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { program } from './antonym.js';

test.skipIf(process.platform !== 'linux')('too few open files are an error with the limit, the need and what to do', () => {
  const run = (limit: number) =>
    spawnSync('sh', ['-c', `ulimit -n ${limit} && exec "$0" "$@"`, process.execPath, program, 'export', '--help'], { encoding: 'utf8' });
  expect(run(64)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'error: Only 64 files may be open at a time here, and 256 are needed. Raise the limit in this shell with: ulimit -n 1024\n',
  });
  expect(run(256)).toMatchObject({ status: 0, stderr: '' });
});
