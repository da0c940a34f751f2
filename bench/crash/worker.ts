/** A process that runs commands while its changes to files are watched: it notes the states between them, dies at one, or has one fail. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { watchFileOperations } from './file-operations.js';
import { TreeStore } from './file-tree.js';
import { isUnfinished } from './states.js';

export interface Outcome {
  readonly code: number;
  /** The message of a failure that is told in one line. */
  readonly message?: string;
  /** The stack of any other. */
  readonly unexpected?: string;
}

export interface Case {
  readonly folder: string;
  readonly words: readonly string[];
}

export type Errors = 'ENOSPC' | 'EIO' | 'EACCES';

export type Job =
  /** Notes every state; with `kill`, dies before that change instead. */
  | { readonly kind: 'record'; readonly store: string; readonly case: Case; readonly kill?: number }
  | { readonly kind: 'repeat'; readonly case: Case }
  /** Has the change of that number fail. */
  | { readonly kind: 'fail'; readonly case: Case; readonly at: number; readonly error: Errors };

export interface Recorded {
  readonly outcome: Outcome;
  /** Before every change: what it is, and the state of the folder. */
  readonly states: readonly { readonly operation: string; readonly path: string; readonly tree: ReadonlyMap<string, string> }[];
}

export type Failed = Outcome & { readonly operation?: string; readonly path?: string };

export interface Answers {
  readonly record: Recorded;
  readonly repeat: Outcome;
  readonly fail: Failed;
}

watchFileOperations(() => {});
process.on('disconnect', () => process.exit(1));
// Results go to stdout and progress to stderr: nobody reads them here.
process.stdout.write = (() => true) as typeof process.stdout.write;
process.stderr.write = (() => true) as typeof process.stderr.write;

const { runListed } = await import('#antonym/commands/run-listed.js');
const { pruneLibraries } = await import('#antonym/runtime/onnxruntime/prune-libraries.js');
const { UserError } = await import('#antonym/support/errors.js');

async function run({ folder, words: [name, ...words] }: Case): Promise<Outcome> {
  process.chdir(folder);
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  process.env.TMPDIR = join(folder, 'tmp');
  try {
    return { code: await codeOf(name!, words) };
  } catch (error) {
    if (error instanceof UserError) return { code: 1, message: error.message };
    return { code: 1, unexpected: error instanceof Error ? String(error.stack) : String(error) };
  }
}

async function codeOf(name: string, words: readonly string[]): Promise<number> {
  // The command itself removes the libraries that these processes work with.
  if (name === 'prune') {
    await pruneLibraries('binaries', words[0]!, false);
    return 0;
  }
  return (await runListed(name, words)) ?? 0;
}

async function record({ store, case: recorded, kill }: Job & { readonly kind: 'record' }): Promise<Recorded> {
  const trees = new TreeStore(store);
  const states: Recorded['states'][number][] = [];
  let count = 0;
  watchFileOperations((operation, path) => {
    if (count++ === kill) {
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    }
    if (kill !== undefined) return;
    // of many writes to an unfinished file, whose content nobody reads, the states before the first and after the last are read
    const last = states.at(-1);
    const isSame = last?.operation === operation && last.path === path && isUnfinished(path);
    states.push({ operation, path, tree: isSame ? last.tree : trees.read(recorded.folder) });
  });
  const outcome = await run(recorded);
  watchFileOperations(() => {});
  return { outcome, states };
}

async function fail({ case: failing, at, error }: Job & { readonly kind: 'fail' }): Promise<Failed> {
  let count = 0;
  let met: { operation: string; path: string } | undefined;
  watchFileOperations((operation, path) => {
    const grows = !['unlink', 'rmdir', 'rename', 'exchange', 'truncate'].includes(operation);
    const isFirst = count++ === at;
    // A full disk stays full; removing works.
    if (!isFirst && !(error === 'ENOSPC' && met !== undefined && grows)) return;
    met ??= { operation, path };
    throw Object.assign(new Error(`${error}: on purpose, ${operation} '${path}'`), { code: error, syscall: operation, path });
  });
  const outcome = await run(failing);
  watchFileOperations(() => {});
  return { ...outcome, ...met };
}

async function answerTo(job: Job): Promise<Recorded | Outcome> {
  await mkdir(join(job.case.folder, 'tmp'), { recursive: true });
  return job.kind === 'record' ? record(job) : job.kind === 'fail' ? fail(job) : run(job.case);
}

process.on('message', (job: Job) => {
  answerTo(job).then(
    (given) => process.send!(given),
    (error) => process.send!(error),
  );
});
