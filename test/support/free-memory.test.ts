import { mkdir, writeFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filePages, freeMemory } from '#antonym/support/free-memory.js';
import { temporaryFolder } from './files/temporary-folder.js';

const folder = await temporaryFolder();

/** A root whose files are these. */
async function root(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

test('is no more than the machine has', () => {
  expect(freeMemory()).toBeGreaterThan(2 ** 20);
  expect(freeMemory()).toBeLessThan(freemem() * 2);
});

test('counts the pages of files of a control group of either version, in a container and outside', async () => {
  const second = 'anon 5000\nfile 300\ninactive_file 100\nactive_file 200\nunevictable 0\n';
  const first = 'cache 1\nrss 5000\nactive_file 7\ntotal_inactive_file 30\ntotal_active_file 40\n';
  const own = await root('own', { 'proc/self/cgroup': '0::/user/job\n', 'sys/fs/cgroup/user/job/memory.stat': second });
  const inside = await root('inside', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.stat': second });
  const older = await root('older', {
    'proc/self/cgroup': '5:cpu:/a\n4:memory:/docker/1\n0::/\n',
    'sys/fs/cgroup/memory/memory.stat': first,
  });
  expect([own, inside, older].map(filePages)).toEqual([300, 300, 70]);
  expect(filePages(await root('none', { 'proc/self/cgroup': '1:name=systemd:/\n' }))).toBe(0);
  expect(filePages(join(folder, 'elsewhere'))).toBe(0);
});
