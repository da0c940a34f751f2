/** Tells whether the end of the terminal is to be survived: Node.js forgets that `nohup` had SIGHUP ignored. */
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * True in a process that was started by `nohup`. Node.js gives all signals back their defaults as it starts, so the traces of nohup(1) tell: it
 * makes a terminal's standard input one that can only be written, and standard output the file nohup.out; and shells name what they start in `_`.
 */
export function isHangupIgnored(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform !== 'linux') return false;
  if (/(^|\/)nohup$/.test(environment._ ?? '')) return true;
  try {
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0', 8);
    const isWriteOnly = (flags & 3) === 1;
    if (isWriteOnly && readlinkSync('/proc/self/fd/0') === '/dev/null') return true;
    return fstatSync(1).isFile() && readlinkSync('/proc/self/fd/1').endsWith('/nohup.out');
  } catch {
    return false;
  }
}
