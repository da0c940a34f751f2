/** What the machine lacks for a moment is waited for by all that reads and writes. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ofFile, PassingError, patiently, whenThereIsRoom } from '#antonym/support/files/passing-failures.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = await temporaryFolder();
const failure = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'open' });

/** Fails as often as there are codes, then succeeds. */
function failing(codes: string[]): () => Promise<string> {
  const left = [...codes];
  return async () => {
    const code = left.shift();
    if (code !== undefined) throw failure(code);
    return 'done';
  };
}

test('what passes is tried again, what does not is not, and a disk that fails is not written to again', async () => {
  expect(await patiently(failing(['EIO', 'ESTALE']))).toBe('done');
  expect(await whenThereIsRoom(failing(['EMFILE', 'ENOMEM']))).toBe('done');
  for (const code of ['EACCES', 'ENOSPC', 'ENOENT']) await expect(patiently(failing([code]))).rejects.toThrow(code);
  for (const code of ['EIO', 'ENOSPC', 'EBUSY']) await expect(whenThereIsRoom(failing([code]))).rejects.toThrow(code);
  expect(await ofFile('x', failing(['ENOENT']))).toBeUndefined();
  await expect(ofFile('x', failing(Array(9).fill('EIO')))).rejects.toThrow(PassingError);
});

test.runIf(process.platform === 'linux')('files that are open elsewhere are waited for, and no file is missed', async () => {
  await mkdir(join(folder, 'photos', 'below'), { recursive: true });
  for (const name of ['a.png', 'below/b.png']) await writeFile(join(folder, 'photos', name), 'x');
  const from = (module: string): string => JSON.stringify(import.meta.resolve(`#antonym/${module}.js`));
  const program = `
    import { openSync, closeSync } from 'node:fs';
    const { listImageFiles } = await import(${from('datasets/list-image-files')});
    const { digestOfFile } = await import(${from('support/files/file-digest')});
    const { readRegularText } = await import(${from('support/files/regular-file')});
    const { writeFileAtomically } = await import(${from('support/files/atomic-file')});
    await listImageFiles('photos');
    await writeFileAtomically('first', 'x');
    const results = [];
    for (const work of [
      async () => (await listImageFiles('photos')).files.map(({ id }) => id),
      async () => (await digestOfFile('photos/a.png')).slice(0, 8),
      () => readRegularText('photos/below/b.png'),
      () => writeFileAtomically('written', 'y'),
    ]) {
      const open = [];
      try { for (;;) open.push(openSync('/dev/null')); } catch {}
      setTimeout(() => open.forEach((file) => closeSync(file)), 100);
      results.push(await work());
    }
    process.stdout.write(JSON.stringify(results));`;
  const words = ['-c', 'ulimit -n 128; exec "$0" --input-type=module -e "$1"', process.execPath, program];
  const { stdout } = await promisify(execFile)('bash', words, { cwd: folder });
  expect(JSON.parse(stdout)).toEqual([['a.png', 'below/b.png'], '2d711642', 'x', null]);
  expect((await readdir(folder)).sort()).toEqual(['first', 'photos', 'written']);
  expect(await readFile(join(folder, 'written'), 'utf8')).toBe('y');
});
