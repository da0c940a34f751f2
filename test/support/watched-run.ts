/** A program run as on a machine that sets nothing, and what it left outside its folder and whom it called. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { temporaryFolder } from './files/temporary-folder.js';

const root = await temporaryFolder();

export interface WatchedRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files and folders outside the working folder that it left or, as strace saw, made for a while: named from `home`, `cache` or `temporary` where they lie there. */
  readonly outside: readonly string[];
  /** Its sockets, those that it only asked for included, as strace prints them; null without strace. */
  readonly sockets: readonly string[] | null;
}

const straced = ['-ff', '--seccomp-bpf', '-qq', '-y', '-s', '4096'];

/** True where strace is installed and may trace: a container can forbid it. */
export const hasStrace = process.platform === 'linux' && spawnSync('strace', [...straced, '-o', '/dev/null', 'true']).status === 0;
/** For the names of tests that see less without it. */
export const unlessStrace = hasStrace ? '' : ' (sockets and files that are removed again: not seen, no strace)';

const makers = 'creat,open,openat,openat2,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,symlinkat,rename,renameat,renameat2,truncate';

/**
 * Runs a program with nothing but PATH in its environment (no CI, which would silence what is looked for), a home, a cache and a folder for temporary
 * files of its own.
 *
 * @param folder its working folder, in which it may write
 * @param environment variables that are added
 */
export async function watchedRun(command: readonly string[], folder: string, environment: NodeJS.ProcessEnv = {}): Promise<WatchedRun> {
  const place = await mkdtemp(join(root, 'watched-'));
  const places = { HOME: join(place, 'home'), XDG_CACHE_HOME: join(place, 'cache'), TMPDIR: join(place, 'temporary') };
  const traces = join(place, 'traces');
  for (const made of [...Object.values(places), traces]) await mkdir(made);
  const tracer = hasStrace ? ['strace', ...straced, '-e', `trace=%network,${makers}`, '-o', join(traces, 'of'), '--'] : [];
  const ended = await run([...tracer, ...command], folder, { PATH: process.env.PATH, ...places, ...environment });
  const calls = await callsIn(traces);
  const left = (await Promise.all(Object.values(places).map(filesIn))).flat();
  const made = calls
    .flatMap((call) => madeBy(call, folder))
    .filter((path) => !isInside(path, folder) && (isInside(path, place) || !/^\/(dev|proc)\//.test(path)));
  const outside = [...new Set([...left, ...made])].map((path) => (isInside(path, place) ? relative(place, path) : path)).sort();
  return { ...ended, outside, sockets: hasStrace ? calls.filter((call) => /^socket\(/.test(call)) : null };
}

function run(
  [program, ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((done, failed) => {
    const child = spawn(program!, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text;
      });
    }
    child.on('error', failed);
    child.on('close', (status) => done({ status, ...texts }));
  });
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
}

/** Lines of strace, one a call: every thread has a file of its own, so that none is interrupted. */
async function callsIn(traces: string): Promise<string[]> {
  const texts = await Promise.all((await readdir(traces)).map((name) => readFile(join(traces, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n'));
}

/** Paths that a call opened for writing or made. */
function madeBy(call: string, folder: string): string[] {
  const [, name, args, result] = /^(\w+)\((.*)\) += (.*)$/.exec(call) ?? [];
  if (name === undefined || result!.startsWith('-')) return [];
  if (/^(open|creat)/.test(name)) {
    return /O_(CREAT|WRONLY|RDWR)/.test(args!) || name === 'creat' ? [/<(.*)>$/.exec(result!)![1]!.replace(/ \(deleted\)$/, '')] : [];
  }
  if (!makers.split(',').includes(name)) return [];
  const last = [...args!.matchAll(/(?:<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"/g)].at(-1)!;
  return [resolve(last[1] ?? folder, last[2]!)];
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
