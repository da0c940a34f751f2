/** Memory that this process can still take; files that the system keeps in memory until it is needed do not count as taken. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/**
 * Bytes. `process.availableMemory()` alone counts the pages of files that a container has read as taken: after many photographs nothing would be left.
 * @param root of the file systems that describe this process
 */
export function freeMemory(root = '/'): number {
  return Math.min(freemem(), process.availableMemory() + filePages(root));
}

/** Bytes of files in memory that belong to the control group of this process: https://docs.kernel.org/admin-guide/cgroup-v2.html (and v1). */
export function filePages(root: string): number {
  const lines = textOf(join(root, 'proc/self/cgroup')).split('\n');
  for (const line of lines) {
    const [, controllers, path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isSecond = controllers === '';
    if (!isSecond && controllers !== 'memory') continue;
    const mount = join(root, 'sys/fs/cgroup', isSecond ? '' : 'memory');
    // in a container the path may be that outside of it, and the group the root of the file system
    const statistics = textOf(join(mount, path, 'memory.stat')) || textOf(join(mount, 'memory.stat'));
    const names = isSecond ? 'inactive_file|active_file' : 'total_inactive_file|total_active_file';
    const pages = [...statistics.matchAll(new RegExp(`^(?:${names}) (\\d+)$`, 'gm'))];
    if (pages.length > 0) return pages.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  }
  return 0;
}

/** Empty where there is no such file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
