import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRun, findRun, openRun, readConfig, requireFreeRun } from '#antonym/runs/run-directory.js';
import { checkRunName, runNamePrefix } from '#antonym/runs/run-name.js';
import { currentProcess } from '#antonym/support/process-identity.js';
import { parseSealed } from '#antonym/support/sealed-json.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const newRoot = () => mkdtemp(join(folder, 'runs-'));

describe('runs', () => {
  test('a new run has its configuration and environment, is in use, and can be opened again', async () => {
    const root = join(await newRoot(), 'not', 'yet', 'there');
    const run = await createRun(root, { name: 'first' }, { levels: 5 }, { node: '20' });
    expect(run.folder.lastCheckpoint).toBe(join(root, 'first', 'checkpoints', 'last.safetensors'));
    expect(parseSealed(await readFile(run.folder.environment, 'utf8'))).toEqual({ node: '20' });
    expect(await readConfig(await findRun(root, 'first'))).toEqual({ levels: 5 });
    await expect(openRun(root, 'first')).rejects.toThrow(/in use/);
    await run.close();
    const again = await openRun(root, 'first');
    expect(again.config).toEqual({ levels: 5 });
    await again.close();
  });

  test('an existing run is never overwritten', async () => {
    const root = await newRoot();
    await requireFreeRun(root, 'a');
    await (await createRun(root, { name: 'a' }, { levels: 5 }, {})).close();
    const taken = `The run "a" exists already in ${root}. Resume it with --resume a, or choose another --run.`;
    await expect(createRun(root, { name: 'a' }, { levels: 2 }, {})).rejects.toThrow(taken);
    await expect(requireFreeRun(root, 'a')).rejects.toThrow(taken);
    expect(await readConfig(await findRun(root, 'a'))).toEqual({ levels: 5 });
  });

  test('runs without a name get the number after the highest, each its own, whatever else lies there', async () => {
    const root = await newRoot();
    for (const name of ['tiny-0007', 'tiny-x', 'tiny-12', 'other-0900']) await mkdir(join(root, name));
    await writeFile(join(root, 'tiny-0009'), 'a file');
    const runs = await Promise.all(Array.from({ length: 6 }, () => createRun(root, { prefix: 'tiny' }, {}, {})));
    expect(runs.map((run) => run.folder.name).sort()).toEqual([10, 11, 12, 13, 14, 15].map((number) => `tiny-00${number}`));
    for (const run of runs) await run.close();
  });

  test('a run that does not exist is named, with the nearest one', async () => {
    const root = await newRoot();
    await expect(openRun(join(root, 'none'), 'tiny-0001')).rejects.toThrow(/There is no run "tiny-0001" in .*none\. There are no runs yet/);
    await mkdir(join(root, 'tiny-0001'));
    await expect(openRun(root, 'tiny-0002')).rejects.toThrow('Did you mean "tiny-0001"?');
    await expect(openRun(root, '../tiny-0001')).rejects.toThrow(/There is no run/);
    await expect(openRun(root, '.')).rejects.toThrow(/There is no run/);
  });

  test('a run without a configuration, or with a damaged one, says so and is not left in use', async () => {
    const root = await newRoot();
    await mkdir(join(root, 'half'));
    for (let round = 0; round < 2; round++) {
      await expect(openRun(root, 'half')).rejects.toThrow(/has no config\.json: it was stopped while it was created\. Remove the folder/);
    }
    await writeFile(join(root, 'half', 'config.json'), '{"levels"');
    await expect(openRun(root, 'half')).rejects.toThrow(/config\.json is damaged/);
    expect(await readdir(join(root, 'half'))).toEqual(['config.json']);
  });

  test('a failed creation leaves nothing behind', async () => {
    const root = await newRoot();
    await expect(createRun(root, { name: 'a' }, { count: 1n }, {})).rejects.toThrow(TypeError);
    expect(await readdir(root)).toEqual([]);
    await writeFile(join(root, 'file'), '');
    await expect(createRun(join(root, 'file'), { name: 'a' }, {}, {})).rejects.toThrow(/Cannot create a run in .*file/);
  });

  test.runIf(process.platform === 'linux')('opening removes what a killed write left', async () => {
    const root = await newRoot();
    const run = await createRun(root, { name: 'a' }, {}, {});
    await run.close();
    await mkdir(join(run.folder.path, 'checkpoints'));
    // a boot of this machine that is over
    const { pid, ...rest } = { ...(await currentProcess()), boot: 'earlier' };
    const unfinished = `.antonym-staging.file-0-1.${new URLSearchParams({ pid: String(pid), ...rest })}`;
    await writeFile(join(run.folder.path, 'checkpoints', unfinished), 'half');
    await writeFile(run.folder.lastCheckpoint, 'whole');
    // that of the process that made the run, killed before it could remove it
    await mkdir(join(root, unfinished, 'new'), { recursive: true });
    await (await openRun(root, 'a')).close();
    expect(await readdir(join(run.folder.path, 'checkpoints'))).toEqual(['last.safetensors']);
    expect(await readdir(root)).toEqual(['a']);
  });

  test.skipIf(process.platform === 'win32')(
    'creation killed at any moment leaves whole runs only, and the next one clears what else it left',
    async () => {
      const root = await newRoot();
      for (let round = 0; round < 4; round++) {
        const creator = spawn(process.execPath, ['--input-type=module', '-e', endlessCreator, root], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await once(creator.stdout, 'data');
        await new Promise((resolve) => setTimeout(resolve, round * 5));
        creator.kill('SIGKILL');
        await once(creator, 'close');
      }
      await (await createRun(root, { name: 'last' }, { levels: 5 }, {})).close();
      const names = await readdir(root);
      expect(names.length).toBeGreaterThanOrEqual(5);
      for (const name of names) {
        const run = await openRun(root, name);
        expect(run.config).toEqual({ levels: 5 });
        await run.close();
      }
    },
  );
});

describe('names of runs', () => {
  test.each([
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    '-a',
    'a b',
    'ä',
    'a:b',
    'a.',
    'con',
    'NUL.txt',
    'x'.repeat(81),
  ])('refuses %j', (name) => {
    expect(() => checkRunName(name)).toThrow(/A run's name must be/);
  });

  test.each(['a', 'clip-tiny-procedural-0001', 'A_b.2', 'console', 'x'.repeat(80)])('accepts %j', (name) => {
    expect(checkRunName(name)).toBe(name);
  });

  test('are made of a backbone and a data set or folder', () => {
    expect(runNamePrefix('clip-tiny', 'procedural')).toBe('clip-tiny-procedural');
    expect(runNamePrefix('clip-tiny', '../Meine Fotos (2024)/')).toBe('clip-tiny-meine-fotos-2024');
    expect(runNamePrefix('clip-tiny', '..')).toBe('clip-tiny');
    expect(runNamePrefix('写真')).toBe('run');
  });
});

const endlessCreator = `
  import { createRun } from '#antonym/runs/run-directory.js';
  for (;;) {
    await createRun(process.argv[1], { prefix: 'a' }, { levels: 5 }, {});
    process.stdout.write('created ');
  }
`;
