/** The leftovers of a killed process are completed or cleared by the next one; the files of a living process are not touched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
import { everything, writeFolderAtomically, writeFoldersAtomically } from '#antonym/support/files/atomic-folder.js';
import { clearStagings, openStaging } from '#antonym/support/files/staging.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();
const newFolder = () => mkdtemp(join(root, 'results-'));

/** Runs a module that says `ready` and waits, to be killed. */
async function startProcess(code: string, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  expect(String((await once(child.stdout, 'data'))[0])).toBe('ready');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const filling = `
  import { writeFile } from 'node:fs/promises';
  import { everything, writeFolderAtomically } from '#antonym/support/files/atomic-folder.js';
  await writeFolderAtomically({ path: process.argv[1] + '/result', replaces: everything }, async (inside) => {
    await writeFile(inside + '/half', 'half');
    process.stdout.write('ready');
    await new Promise((resolve) => process.stdin.once('data', resolve));
  });
`;

test('of two processes that write one folder, the later is refused by name; once the first is killed, the other clears what it left', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'result'));
  await writeFile(join(folder, 'result', 'old'), 'old');
  const child = await startProcess(filling, folder);
  const write = () =>
    writeFolderAtomically({ path: join(folder, 'result'), replaces: everything }, (inside) => writeFile(join(inside, 'new'), 'new'));
  await expect(write()).rejects.toThrow(`The folder ${join(folder, 'result')} is in use by process ${child.pid} on `);
  // another result beside it is none of its business
  await writeFolderAtomically(join(folder, 'other'), (inside) => writeFile(join(inside, 'a'), ''));
  await killed(child);
  expect(await readdir(join(folder, 'result'))).toEqual(['old']);
  await write();
  expect(await readdir(join(folder, 'result'))).toEqual(['new']);
  expect((await readdir(folder)).sort()).toEqual(['other', 'result']);
});

test('a file that a killed process had begun is removed by the next one that writes there, and one of a living process is not', async () => {
  const folder = await newFolder();
  const code = `
    import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
    const chunks = async function* () {
      yield Buffer.from('half');
      process.stdout.write('ready');
      await new Promise((resolve) => process.stdin.once('data', resolve));
    };
    await writeFileAtomically(process.argv[1] + '/a', chunks());
  `;
  const [dead, living] = [await startProcess(code, folder), await startProcess(code, folder)];
  await killed(dead);
  expect(await readdir(folder)).toHaveLength(2);
  await writeFileAtomically(join(folder, 'b'), 'b');
  expect(await readdir(folder)).toHaveLength(2);
  living.stdin!.end('finish');
  await once(living, 'exit');
  expect((await readdir(folder)).sort()).toEqual(['a', 'b']);
});

test('two folders that belong together are both exchanged, and a process that dies in between is completed', async () => {
  const folder = await newFolder();
  const names = ['model', 'pages'];
  const write = (content: string) =>
    writeFoldersAtomically(
      [
        { path: join(folder, 'model'), replaces: everything },
        { path: join(folder, 'pages'), replaces: everything },
      ],
      (into) => Promise.all(into.map((path) => writeFile(join(path, 'a'), content))),
    );
  const contents = () => Promise.all(names.map((name) => readFile(join(folder, name, 'a'), 'utf8')));
  await write('old');
  // a signal from inside: the process dies after the first of the two exchanges
  const code = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    import { writeFile } from 'node:fs/promises';
    const rename = fs.rename;
    fs.rename = async (from, to) => {
      if (to.endsWith('/pages')) process.kill(process.pid, 'SIGKILL');
      return rename(from, to);
    };
    syncBuiltinESMExports();
    const { everything, writeFoldersAtomically } = await import('#antonym/support/files/atomic-folder.js');
    const at = (name) => ({ path: process.argv[1] + '/' + name, replaces: everything });
    await writeFoldersAtomically([at('model'), at('pages')], (into) => Promise.all(into.map((path) => writeFile(path + '/a', 'new'))));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, folder], { stdio: 'inherit' });
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
  expect(await contents()).toEqual(['new', 'old']);
  await clearStagings(folder);
  expect(await contents()).toEqual(['new', 'new']);
  expect((await readdir(folder)).sort()).toEqual(names);
});

test('what else lies in the folder of a result stays when the result is replaced, folders and links too', async () => {
  const folder = await newFolder();
  const path = join(folder, 'export');
  await mkdir(join(path, 'fp16', 'deep'), { recursive: true });
  await writeFile(join(path, 'fp16', 'deep', 'model'), 'small');
  await writeFile(join(path, 'model'), 'old');
  await writeFile(join(path, 'weights'), 'old');
  await writeFolderAtomically({ path, replaces: (name) => ['model', 'weights'].includes(name) }, (inside) =>
    writeFile(join(inside, 'model'), 'new'),
  );
  expect((await readdir(path)).sort()).toEqual(['fp16', 'model']);
  expect(await readFile(join(path, 'model'), 'utf8')).toBe('new');
  expect(await readFile(join(path, 'fp16', 'deep', 'model'), 'utf8')).toBe('small');
});

test('the working folder, which cannot be exchanged, has its entries exchanged, and those of the earlier result go', async () => {
  const folder = await newFolder();
  await writeFile(join(folder, 'notes'), 'mine');
  await writeFile(join(folder, 'weights'), 'old');
  const code = `
    import { writeFile } from 'node:fs/promises';
    import { writeFolderAtomically } from '#antonym/support/files/atomic-folder.js';
    process.chdir(process.argv[1]);
    await writeFolderAtomically({ path: '.', replaces: (name) => name !== 'notes' }, (inside) => writeFile(inside + '/model', 'new'));
    await writeFile('here', '');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, folder], { stdio: 'inherit' });
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['here', 'model', 'notes']);
});

test('an owner on another machine is not judged: its unfinished work stays', async () => {
  const folder = await newFolder();
  const foreign = `.antonym-staging.file-0-1.${new URLSearchParams({ pid: '7', host: 'elsewhere', boot: 'another' })}`;
  await writeFile(join(folder, foreign), '');
  await writeFile(join(folder, '.antonym-staging.mine'), 'a name that no process of this program gave');
  await clearStagings(folder);
  expect((await readdir(folder)).sort()).toEqual([foreign, '.antonym-staging.mine'].sort());
  await (await openStaging(folder, 'x', 'The folder x')).discard();
});
