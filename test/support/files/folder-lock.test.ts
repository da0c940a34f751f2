import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockFolder } from '#antonym/support/files/folder-lock.js';
import type { OwnerLock } from '#antonym/support/files/owner-lock.js';
import { discardUnfinished } from '#antonym/support/files/unfinished.js';
import { currentProcess, type ProcessIdentity } from '#antonym/support/process-identity.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();
const lock = (folder: string) => lockFolder(folder, `The run ${folder}`);
const newFolder = () => mkdtemp(join(root, 'run-'));

/** Takes the lock, says `held` or why not, and holds it until it is killed. */
const holder = `
  import { lockFolder } from '#antonym/support/files/folder-lock.js';
  process.stdin.once('data', async () => {
    await lockFolder(process.argv[1], 'The run ' + process.argv[1]).then(() => process.stdout.write('held'), (error) => process.stdout.write(error.name + ': ' + error.message));
    process.stdin.on('data', () => undefined);
  });
  process.stdout.write('ready');
`;

async function startHolder(folder: string): Promise<{ child: ChildProcess; ask: () => Promise<string>; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = async () => String((await once(child.stdout, 'data'))[0]);
  await said();
  return {
    child,
    ask: () => {
      child.stdin.write('go');
      return said();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The lock of a process with this identity. */
async function putDownLock(folder: string, { pid, ...rest }: ProcessIdentity): Promise<string> {
  const path = join(folder, `lock.${new URLSearchParams({ pid: String(pid), ...rest })}`);
  await writeFile(path, '');
  return path;
}

describe('the lock of a folder', () => {
  test('is refused while another process lives, with its number and host, and taken over once it was killed with kill -9', async () => {
    const folder = await newFolder();
    const owner = await startHolder(folder);
    expect(await owner.ask()).toBe('held');
    await expect(lock(folder)).rejects.toThrow(
      `The run ${folder} is in use by process ${owner.child.pid} on ${hostname()}. Wait for it or stop it.`,
    );
    await owner.kill();
    const own = await lock(folder);
    await own.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('is had by one of many processes that ask at once, also when they find a dead owner', async () => {
    const folder = await newFolder();
    const holders = await Promise.all(Array.from({ length: 5 }, () => startHolder(folder)));
    const dead = holders.pop();
    expect(await dead?.ask()).toBe('held');
    await dead?.kill();
    const answers = await Promise.all(holders.map(({ ask }) => ask()));
    await Promise.all(holders.map(({ kill }) => kill()));
    const refused = answers.filter((answer) => answer !== 'held');
    expect(refused.length).toBeGreaterThanOrEqual(3); // all four step back if they keep meeting
    for (const answer of refused) expect(answer).toMatch(/^UserError: The run .* is in use by process \d+ on /);
    await (await lock(folder)).release();
  });

  test('is had once by this process, and again after it was given back', async () => {
    const folder = await newFolder();
    const own = await lock(folder);
    await expect(lock(folder)).rejects.toThrow(/already in use by this process/);
    await own.release();
    await (await lock(folder)).release();
  });

  test('of another machine is refused, with what to do', async () => {
    const folder = await newFolder();
    const path = await putDownLock(folder, { pid: process.pid, host: 'elsewhere', boot: 'another' });
    await expect(lock(folder)).rejects.toThrow(
      `is in use by process ${process.pid} on elsewhere, another machine or container. If it no longer runs there, remove the file '${path}'.`,
    );
    const hint = lockFolder(folder, `The run ${folder}`, { takeOverHint: ', or resume with --take-over' });
    await expect(hint).rejects.toThrow(`remove the file '${path}', or resume with --take-over.`);
  });

  test('of another machine is taken over where that is asked for, but not that of a living process', async () => {
    const folder = await newFolder();
    await putDownLock(folder, { pid: process.pid, host: 'elsewhere', boot: 'another' });
    const owner = await startHolder(folder);
    const takeOver = (): Promise<OwnerLock> => lockFolder(folder, `The run ${folder}`, { takeOver: true });
    await (await takeOver()).release();
    expect(await readdir(folder)).toEqual([]);
    expect(await owner.ask()).toBe('held');
    await expect(takeOver()).rejects.toThrow(/in use by process \d+ on .*\. Wait for it or stop it\./);
    await owner.kill();
  });

  test.runIf(process.platform === 'linux')(
    'of a process whose number was given to another one, or of before a restart, is taken over',
    async () => {
      const folder = await newFolder();
      const self = await currentProcess();
      await putDownLock(folder, { ...self, start: '1' });
      await putDownLock(folder, { ...self, boot: 'earlier' });
      await (await lock(folder)).release();
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test.runIf(process.platform === 'linux')('of a killed process that its parent has not asked about yet is taken over', async () => {
    const folder = await newFolder();
    // The shell replaces itself by a program that never asks how its children ended: the killed one stays as a zombie.
    const parent = spawn('sh', ['-c', 'sleep 100 & echo $!; exec sleep 100'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const stat = () => readFile(`/proc/${pid}/stat`, 'utf8').then((text) => text.slice(text.lastIndexOf(')') + 2).split(' '));
    const start = (await stat())[19] as string;
    await putDownLock(folder, { ...(await currentProcess()), pid, start });
    await expect(lock(folder)).rejects.toThrow(`in use by process ${pid}`);
    process.kill(pid, 'SIGKILL');
    while ((await stat())[0] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 5));
    await (await lock(folder)).release();
    parent.kill('SIGKILL');
  });
});

test('a process that a signal ends takes its lock away, also from a folder that was renamed', async () => {
  const [folder, other] = [await newFolder(), await newFolder()];
  await lock(folder);
  const moved = await lock(other);
  const renamed = `${other}-renamed`;
  await rename(other, renamed);
  moved.movedTo(renamed);
  discardUnfinished();
  expect([await readdir(folder), await readdir(renamed)]).toEqual([[], []]);
});
