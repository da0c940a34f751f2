/** Runs programs in several processes with the launchers that are installed. */
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Launcher {
  readonly name: 'Open MPI' | 'MPICH';
  readonly command: string;
  /** Before the number of processes; the options that tests of it need. */
  readonly options: readonly string[];
}

/** Debian has both under names of their own; elsewhere mpirun is one of them. */
const candidates = ['mpirun.openmpi', 'mpirun.mpich', 'mpirun'];

function launcherOf(command: string): Launcher | undefined {
  try {
    const version = execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    if (/Open ?MPI|OpenRTE/.test(version)) return { name: 'Open MPI', command, options: ['--oversubscribe', '--bind-to', 'none'] };
    return /HYDRA|MPICH/i.test(version) ? { name: 'MPICH', command, options: [] } : undefined;
  } catch {
    return undefined;
  }
}

const found = candidates.map(launcherOf).filter((launcher) => launcher !== undefined);

/** One of each kind. */
export const launchers: readonly Launcher[] = [...new Map(found.toReversed().map((launcher) => [launcher.name, launcher])).values()];

export function launcherNamed(name: Launcher['name']): Launcher | undefined {
  return launchers.find((launcher) => launcher.name === name);
}

/** For titles of tests that need launchers. */
export const unlessLaunchers = launchers.length === 0 ? ' (skipped: neither Open MPI nor MPICH is installed)' : '';

export interface LaunchOptions {
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Words before the program, such as those of a shell that sets limits. */
  readonly before?: readonly string[];
}

export interface LaunchedPrograms {
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  said(): string;
  printed(): string;
  /** Signals the launcher. */
  kill(signal: NodeJS.Signals): void;
  /** Waits until a condition holds. @throws Error with what the programs said when they end before. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

/** Tests run as root in containers. */
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** @param words of the command line of Node.js */
export function launch(launcher: Launcher, processes: number, words: readonly string[], options: LaunchOptions = {}): LaunchedPrograms {
  const { folder, environment, before = [] } = options;
  return launchWith(launcher, [...launcher.options, '-np', String(processes), ...before, process.execPath, ...words], {
    folder,
    environment,
  });
}

/** @param words of the launcher's command line */
export function launchWith(
  { command }: Launcher,
  words: readonly string[],
  { folder, environment }: { readonly folder?: string | undefined; readonly environment?: NodeJS.ProcessEnv | undefined },
): LaunchedPrograms {
  const child = spawn(command, words, {
    ...(folder !== undefined && { cwd: folder }),
    env: { ...process.env, ...asRoot, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  let hasEnded = false;
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      hasEnded = true;
      resolve({ code, ...texts });
    });
  });
  return {
    ended,
    said: () => texts.stderr,
    printed: () => texts.stdout,
    kill: (signal) => void child.kill(signal),
    async until(condition) {
      while (!(await condition())) {
        if (hasEnded) throw new Error(`the programs ended too early:\n${texts.stdout}${texts.stderr}`);
        await sleep(5);
      }
    },
  };
}
