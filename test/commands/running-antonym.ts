/** A real command that is still running, to be interrupted. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from './antonym.js';

export interface Ending {
  /** The exit code; null after a signal that the program could not answer. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningAntonym {
  readonly ended: Promise<Ending>;
  /** Its stderr until now. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
  /** Waits until a condition holds. @throws Error with what the program said when it ends before. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

export function startAntonym(args: readonly string[], folder: string): RunningAntonym {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  let hasEnded = false;
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      hasEnded = true;
      resolve({ code, signal, ...texts });
    });
  });
  return {
    ended,
    said: () => texts.stderr,
    kill: (signal) => void child.kill(signal),
    async until(condition) {
      while (!(await condition())) {
        if (hasEnded) throw new Error(`the program ended too early:\n${texts.stderr}`);
        await sleep(5);
      }
    },
  };
}
