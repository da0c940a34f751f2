/** The states that a command's changes to files leave between them, recorded once; proofs begin from them. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrashProcess } from './crash-process.js';
import { type FileTree, TreeStore } from './file-tree.js';
import type { Scenario } from './scenarios.js';
import type { State } from './states.js';
import type { Outcome } from './worker.js';

export interface Recording {
  readonly scenario: Scenario;
  /** Words of the command line, with the folder of inputs in its place. */
  readonly words: readonly string[];
  /** Before the command, and after it. */
  readonly old: FileTree;
  readonly final: FileTree;
  /** Before each change, in order. */
  readonly states: readonly State[];
  /** Contents of all files of all states. */
  readonly store: TreeStore;
  readonly storeFolder: string;
  /** Folder of work, which the proof removes. */
  readonly work: string;
}

/** @param root folder of inputs and work */
export async function recordScenario(scenario: Scenario, root: string, process: CrashProcess): Promise<Recording> {
  const inputs = join(root, 'inputs');
  const work = await mkdtemp(join(root, 'work-'));
  const storeFolder = join(root, 'store');
  const store = new TreeStore(storeFolder);
  const first = join(work, 'earlier');
  store.write(new Map(), first);
  for (const name of scenario.given ?? []) store.write(store.read(join(inputs, name)), join(first, name));
  for (const words of scenario.earlier ?? [])
    requireSuccess(await process.ask({ kind: 'repeat', case: { folder: first, words: withInputs(words, root) } }));
  const old = store.read(first);
  const words = withInputs(scenario.words, root);
  const folder = join(work, 'recorded');
  store.write(old, folder);
  const recorded = await process.ask({ kind: 'record', store: storeFolder, case: { folder, words } });
  requireSuccess(recorded.outcome);
  const final = store.read(folder);
  const states = recorded.states.map(({ operation, path, tree }, at) => ({ at, label: `${operation} ${path.replace(folder, '')}`, tree }));
  return { scenario, words, old, final, states, store, storeFolder, work };
}

/** Words of a scenario, with the folder of inputs in its place. */
export function withInputs(words: readonly string[], root: string): string[] {
  return words.map((word) => word.replace('INPUTS', join(root, 'inputs')));
}

function requireSuccess({ code, message, unexpected }: Outcome): void {
  if (code !== 0) throw new Error(`an undisturbed run fails: ${message ?? unexpected}`);
}
