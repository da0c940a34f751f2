/** A process that runs commands while its changes to files are watched: it notes the states between them, dies at one, or has one fail. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { watchFileOperations } from './file-operations.js';
import { TreeStore } from './file-tree.js';

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

/** The change of that number fails. */
export type FailingCase = Case & { readonly at: number; readonly error: Errors };

export type Job =
  /** Notes every state; with `kill`, dies before that change instead. */
  | { readonly kind: 'record'; readonly store: string; readonly case: Case; readonly kill?: number }
  /** Runs one case after the other. */
  | { readonly kind: 'run'; readonly cases: readonly (Case | FailingCase)[] };

export interface Recorded {
  readonly outcome: Outcome;
  /** Before every change: what it is, and the state of the folder. */
  readonly states: readonly { readonly operation: string; readonly path: string; readonly tree: readonly (readonly [string, string])[] }[];
}

export type Failed = Outcome & { readonly operation?: string; readonly path?: string };

let ready!: () => void;
let turn = new Promise<void>((resolve) => {
  ready = resolve;
});
process.on('message', ([jobPath, answerPath]: [string, string]) => {
  turn = turn.then(async () => {
    writeFileSync(answerPath, JSON.stringify(await answer(JSON.parse(readFileSync(jobPath, 'utf8')))));
    process.send!('answered');
  });
});
// Nobody asks any more.
process.on('disconnect', () => process.exit());
watchFileOperations(() => {});
// Results go to stdout and progress to stderr: nobody reads them here.
process.stdout.write = (() => true) as typeof process.stdout.write;
process.stderr.write = (() => true) as typeof process.stderr.write;

const { commandList } = await import('#antonym/commands/command-list.js');
const { runGroup } = await import('#antonym/commands/command-group.js');
const { runCommand } = await import('#antonym/commands/run-command.js');
const { UserError } = await import('#antonym/support/errors.js');

async function run({ folder, words: [name, ...words] }: Case): Promise<Outcome> {
  process.chdir(folder);
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  process.env.TMPDIR = join(folder, 'tmp');
  try {
    const command = await commandList[name!]!();
    return { code: (await ('commands' in command ? runGroup(command, words) : runCommand(command, words))) ?? 0 };
  } catch (error) {
    if (error instanceof UserError) return { code: 1, message: error.message };
    return { code: 1, unexpected: error instanceof Error ? String(error.stack) : String(error) };
  }
}

async function record(store: string, recorded: Case, kill: number | undefined): Promise<Recorded> {
  const trees = new TreeStore(store);
  const states: Recorded['states'][number][] = [];
  let count = 0;
  watchFileOperations((operation, path) => {
    if (count++ === kill) {
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    }
    if (kill === undefined) states.push({ operation, path, tree: [...trees.read(recorded.folder)] });
  });
  const outcome = await run(recorded);
  watchFileOperations(() => {});
  return { outcome, states };
}

async function fail(failing: FailingCase): Promise<Failed> {
  let count = 0;
  let met: { operation: string; path: string } | undefined;
  watchFileOperations((operation, path) => {
    const grows = !['unlink', 'rmdir', 'rename', 'exchange', 'truncate'].includes(operation);
    const isFirst = count++ === failing.at;
    // A full disk stays full; removing works.
    if (!isFirst && !(failing.error === 'ENOSPC' && met !== undefined && grows)) return;
    met ??= { operation, path };
    throw Object.assign(new Error(`${failing.error}: on purpose, ${operation} '${path}'`), {
      code: failing.error,
      syscall: operation,
      path,
    });
  });
  const outcome = await run(failing);
  watchFileOperations(() => {});
  return { ...outcome, ...met };
}

async function answer(job: Job): Promise<unknown> {
  if (job.kind === 'record') return record(job.store, job.case, job.kill);
  const outcomes: unknown[] = [];
  for (const one of job.cases) {
    await mkdir(join(one.folder, 'tmp'), { recursive: true });
    outcomes.push('at' in one ? await fail(one) : await run(one));
  }
  return outcomes;
}

ready();
