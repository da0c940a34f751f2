/** ONNX Runtime's package where it is not installed, and without the libraries of other platforms. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { pruneLibraries } from '#antonym/runtime/onnxruntime/prune-libraries.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

test.each([
  ['project', /npm install --ignore-scripts onnxruntime-node@\d+\.\d+\.\d+$/],
  ['_npx', /npx --ignore-scripts antonym \.\.\.$/],
])('a package that npm left out is named with the remedy, in the folder %s', async (name, remedy) => {
  const place = join(folder, name, 'antonym');
  for (const path of [
    'dist/runtime/onnxruntime/library-path.js',
    'dist/support/errors.js',
    'dist/support/installed-files.js',
    'package.json',
  ]) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await cp(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), join(place, path));
  }
  const program = `
    const { libraryPath } = await import('./dist/runtime/onnxruntime/library-path.js');
    try { libraryPath(); } catch ({ code, message }) { console.log(JSON.stringify({ code, message })); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: place,
    env: { ...process.env, npm_command: 'exec', NODE_PATH: '' },
  });
  expect(JSON.parse(stdout)).toEqual({ code: 'ERR_ANTONYM_NO_RUNTIME', message: expect.stringMatching(remedy) });
});

describe('pruneLibraries', () => {
  test('removes those of other platforms, none in a dry run, and refuses to leave none', async () => {
    const binaries = join(folder, 'napi-v6');
    for (const platform of ['linux/x64', 'linux/arm64', 'win32/x64']) {
      await mkdir(join(binaries, platform), { recursive: true });
      await writeFile(join(binaries, platform, 'library'), 'seven..');
    }
    const removed = ['linux/arm64', 'win32/x64'].map((platform) => ({ folder: join(binaries, platform), bytes: 7 }));
    await expect(pruneLibraries(binaries, 'linux-riscv64', false)).rejects.toThrow(
      /no libraries for linux-riscv64, only for linux-arm64, /,
    );
    expect(await pruneLibraries(binaries, 'linux-x64', true)).toEqual(removed);
    expect(await readdir(join(binaries, 'linux'))).toEqual(['arm64', 'x64']);
    expect(await pruneLibraries(binaries, 'linux-x64', false)).toEqual(removed);
    expect(await readdir(join(binaries, 'linux'))).toEqual(['x64']);
    expect(await readdir(join(binaries, 'linux', 'x64'))).toEqual(['library']);
    expect(await pruneLibraries(binaries, 'linux-x64', false)).toEqual([]);
  });
});
