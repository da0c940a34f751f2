/** A shell that lets few files be open: commands work with fewer threads, or say what they need, instead of a stack of the loader. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leastOpenFiles } from '#antonym/support/open-files.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { program } from './antonym.js';

const folder = await temporaryFolder();
const withLimit = (limit: number, ...words: string[]) =>
  spawnSync('sh', ['-c', `ulimit -n ${limit} && exec "$0" "$@"`, process.execPath, program, ...words], { cwd: folder, encoding: 'utf8' });

test.skipIf(process.platform !== 'linux')('too few open files are an error with the limit, the need and what to do', () => {
  expect(withLimit(leastOpenFiles - 1, '--version')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'error: Only 55 files may be open at a time here, and 56 are needed. Raise the limit in this shell with: ulimit -n 1024\n',
  });
});

test.skipIf(process.platform !== 'linux')('64 open files are enough to score, and to make pairs with more threads than fit', async () => {
  await writePhotographs(join(folder, 'photos'), 3);
  const { status, stdout, stderr } = withLimit(64, 'score', 'photos', '--quiet');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(3);
  const pairs = '--data photos --count 3 --crop 32 --levels 2 --workers 32 --out pairs'.split(' ');
  expect(withLimit(64, 'degrade', 'pairs', ...pairs)).toMatchObject({ status: 0 });
  expect(await readdir(join(folder, 'pairs'))).toContain('manifest.jsonl');
  // where modules are loaded as always
  expect(withLimit(256, 'export', '--help')).toMatchObject({ status: 0, stderr: '' });
});
