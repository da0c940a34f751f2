/** Runs a program of this package, and notes its greatest memory and its longest silence. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export interface Watched {
  /** Null after a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Greatest resident memory as the kernel counts it, bytes; 0 where there is no /proc. */
  readonly peakBytes: number;
  /** Longest time between two lines of output, milliseconds. */
  readonly longestSilence: number;
  readonly milliseconds: number;
}

/** @param limit after which it is killed, milliseconds */
export function watchProcess(words: readonly string[], cwd: string, limit: number): Promise<Watched> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, words, { cwd, env: { ...process.env, XDG_CACHE_HOME: cwd }, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    let [last, longestSilence, peakBytes] = [started, 0, 0];
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        const now = performance.now();
        longestSilence = Math.max(longestSilence, now - last);
        last = now;
        texts[name] += text;
      });
    }
    const look = async (): Promise<void> => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peakBytes = Math.max(peakBytes, 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    };
    const looking = setInterval(() => void look(), 100);
    const killing = setTimeout(() => child.kill('SIGKILL'), limit);
    child.once('error', reject);
    child.once('close', (status) => {
      clearInterval(looking);
      clearTimeout(killing);
      const ended = performance.now();
      resolve({ status, ...texts, peakBytes, longestSilence: Math.max(longestSilence, ended - last), milliseconds: ended - started });
    });
  });
}
