/** Identifies a process so that a later one can find out whether it still lives: process numbers are reused. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemCodeOf } from './errors.js';

export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Linux: identifies one boot of one machine; else absent. */
  readonly boot?: string;
  /** Linux: the namespace in which process numbers are unique; each container has its own. */
  readonly namespace?: string;
  /** Linux: start of the process, in clock ticks since boot. */
  readonly start?: string;
}

/** The identity of this process. */
export async function currentProcess(): Promise<ProcessIdentity> {
  const start = (await readProcess(process.pid))?.start;
  return { pid: process.pid, host: hostname(), ...(await currentSystem()), ...(start !== undefined && { start }) };
}

/** The state of a process; `unknown` when it belongs to another machine or container. */
export async function judgeProcess(identity: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  const { boot, namespace } = await currentSystem();
  if (identity.boot !== undefined && boot !== undefined) {
    // A laptop changes its name between networks; the boot does not. A machine of this name with another boot was restarted.
    if (identity.boot !== boot) return identity.host === hostname() ? 'dead' : 'unknown';
    if (identity.namespace !== namespace) return 'unknown';
    const found = await readProcess(identity.pid);
    return found !== undefined && found.start === identity.start && !found.ended ? 'alive' : 'dead';
  }
  if (identity.host !== hostname()) return 'unknown';
  return isRunning(identity.pid) ? 'alive' : 'dead';
}

async function currentSystem(): Promise<Pick<ProcessIdentity, 'boot' | 'namespace'>> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return { boot, namespace: await readlink('/proc/self/ns/pid') };
  } catch {
    return {};
  }
}

/** The start time and state of a process from `/proc/<pid>/stat` (proc(5), fields 22 and 3). */
async function readProcess(pid: number): Promise<{ start: string; ended: boolean } | undefined> {
  try {
    const fields = fieldsOfStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    // Z and X: ended, and waiting only for its parent to ask for its exit status.
    return { start: fields[19] as string, ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}

/** The fields of a `/proc/<pid>/stat` from the third on: the second is the program's name in parentheses, and may hold spaces and parentheses itself. */
export function fieldsOfStat(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCodeOf(error) === 'EPERM'; // it lives, but belongs to another user
  }
}
