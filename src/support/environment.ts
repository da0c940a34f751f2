/** Versions and hardware that a result was made with, for the records of a run. */
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Environment {
  readonly antonym: string;
  /** Commit of this program's source, when it runs from its repository. */
  readonly commit?: string;
  /** True when files of that commit were changed. */
  readonly modified?: boolean;
  readonly node: string;
  /** Versions of the packages that compute, by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly processor: string;
  /** The number of threads this process may run at once. */
  readonly cores: number;
  readonly memoryGiB: number;
}

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const computing = ['onnxruntime-node', 'sharp'];

/** Describes this machine and this program. */
export async function describeEnvironment(): Promise<Environment> {
  const versions = await Promise.all(computing.map((name) => packageVersion(name)));
  return {
    antonym: await versionIn(packageFolder),
    ...(await sourceCommit()),
    node: process.versions.node,
    packages: Object.fromEntries(computing.map((name, index) => [name, versions[index] ?? 'unknown'])),
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
  };
}

async function versionIn(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The version of a package, found as Node.js finds it: inside this package, or beside it when it is installed as a dependency. */
async function packageVersion(name: string): Promise<string | undefined> {
  for (let folder = packageFolder; ; folder = join(folder, '..')) {
    try {
      return await versionIn(join(folder, 'node_modules', name));
    } catch {
      if (folder === join(folder, '..')) return undefined;
    }
  }
}

/** Asked once: the modules that run are those of the start. */
let known: ReturnType<typeof askGit> | undefined;

function sourceCommit(): ReturnType<typeof askGit> {
  known ??= askGit();
  return known;
}

/** Empty when this program was installed as a package: a repository around it belongs to someone else. */
async function askGit(): Promise<Pick<Environment, 'commit' | 'modified'>> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['--no-optional-locks', '-C', packageFolder, ...args])).stdout.trim();
  try {
    const [folder, commit] = (await git('rev-parse', '--show-toplevel', 'HEAD')).split('\n') as [string, string];
    if ((await realpath(folder)) !== (await realpath(packageFolder))) return {};
    return { commit, modified: (await git('status', '--porcelain', '--untracked-files=no')) !== '' };
  } catch {
    return {};
  }
}
