/** Proves of a command that a process which dies before any change to a file, or whose change fails, leaves whole results. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashProcess, killAt } from './crash-process.js';
import { differences, type FileTree, TreeStore } from './file-tree.js';
import type { Scenario } from './scenarios.js';
import { distinct, faultsOf, identityOf, isOneOf, isPlanned, relevant, type State, spread, told } from './states.js';
import type { Errors, Outcome } from './worker.js';

export interface Proof {
  readonly scenario: string;
  /** Changes to files in an undisturbed run: each may be the one before which the process dies. */
  readonly changes: number;
  /** States that kills leave, those that differ. */
  readonly states: number;
  /** Of these, repeated from. */
  readonly repeated: number;
  /** Processes that were killed. */
  readonly kills: number;
  /** Of these, ended in a state that had been recorded. */
  readonly foreseen: number;
  /** Changes that were made to fail. */
  readonly failures: number;
  /** What was not as promised, a line each. */
  readonly faults: readonly string[];
}

export interface ProofOptions {
  /** Folder of inputs and work. */
  readonly root: string;
  readonly process: CrashProcess;
  /** Processes that are killed, spread over all changes: what they leave must be as the recorded states. */
  readonly kills: number;
  /** True if a process is killed in every state that plans an exchange of files, which no copy can stand for. */
  readonly plans: boolean;
  /** True if each change meets ENOSPC, EIO and EACCES; else one of them, in turn. */
  readonly each: boolean;
  /** Repetitions and failures of each command, spread over all that there are; default: all. Whole results are asked of every state. */
  readonly most?: number;
}

const errors: readonly Errors[] = ['ENOSPC', 'EIO', 'EACCES'];

interface Left extends State {
  /** Where it is, if a process left it. */
  readonly folder?: string;
}

export async function proveScenario(
  scenario: Scenario,
  { root, process, kills, plans, each, most = Number.POSITIVE_INFINITY }: ProofOptions,
): Promise<Proof> {
  const inputs = join(root, 'inputs');
  const work = await mkdtemp(join(root, 'work-'));
  const storeFolder = join(root, 'store');
  const store = new TreeStore(storeFolder);
  const wordsOf = (words: readonly string[]): string[] => words.map((word) => word.replace('INPUTS', inputs));
  let cases = 0;
  const newCase = (tree: FileTree): string => {
    const folder = join(work, String(++cases));
    store.write(tree, folder);
    return folder;
  };
  const faults: string[] = [];
  try {
    const first = newCase(new Map());
    for (const name of scenario.given ?? []) store.write(store.read(join(inputs, name)), join(first, name));
    for (const words of scenario.earlier ?? [])
      requireSuccess(await process.ask({ kind: 'repeat', case: { folder: first, words: wordsOf(words) } }));
    const old = store.read(first);
    const words = wordsOf(scenario.words);
    const recordedFolder = newCase(old);
    const recorded = await process.ask({ kind: 'record', store: storeFolder, case: { folder: recordedFolder, words } });
    requireSuccess(recorded.outcome);
    // the states name the process as the owner of what is unfinished: it has to have ended when they are repeated from
    await process.end();
    const final = store.read(recordedFolder);
    const { eachFile } = scenario;
    const results = [...scenario.results, ...[...final.keys()].filter((path) => final.get(path) !== 'folder' && eachFile?.test(path))];
    const states = recorded.states.map(({ operation, path, tree }, at) => ({
      at,
      label: `${operation} ${path.replace(recordedFolder, '')}`,
      tree,
    }));
    const different = distinct(states);
    const killed: Left[] = [];
    for (const { at, label } of new Set([...spread(states, kills), ...(plans ? spread(different.filter(isPlanned), most) : [])])) {
      const folder = newCase(old);
      if (await killAt(at, { kind: 'record', store: storeFolder, case: { folder, words } })) {
        killed.push({ at, label, tree: store.read(folder), folder });
      }
    }
    for (const { at, label, tree } of [...states, ...killed]) {
      for (const result of results) {
        if (!isOneOf(tree, [old, final], result)) faults.push(`killed before change ${at} (${label}): ${result} is neither old nor new`);
      }
    }
    const known = new Set(states.map(({ tree }) => identityOf(tree)));
    const left: readonly Left[] = [...different.filter((state) => !isPlanned(state)), ...killed];
    const repeated = spread(left, most);
    for (const { at, label, tree, folder = newCase(tree) } of repeated) {
      const next = wordsOf(scenario.resume && tree.has('runs/n') ? scenario.resume : scenario.words);
      const { code, message, unexpected } = await process.ask({ kind: 'repeat', case: { folder, words: next } });
      const isThere = /already exists|exists already/.test(message ?? '');
      if (code !== 0 && !isThere) faults.push(`repeated after change ${at} (${label}): ${message ?? unexpected}`);
      const other = differences(relevant(store.read(folder)), relevant(final));
      if (other.length > 0) faults.push(`repeated after change ${at} (${label}): differs in ${other.slice(0, 3).join(', ')}`);
      await rm(folder, { recursive: true, force: true });
    }
    const failing = spread(told(states), most).flatMap(({ at }, place) =>
      (each ? errors : [errors[place % errors.length]!]).map((error) => ({ at, error })),
    );
    let failures = 0;
    for (const { at, error } of failing) {
      const folder = newCase(old);
      const outcome = await process.ask({ kind: 'fail', case: { folder, words }, at, error });
      if (outcome.operation !== undefined) failures++;
      const label = `change ${at} (${outcome.operation} ${(outcome.path ?? '').replace(folder, '')}) fails with ${error}`;
      faults.push(...faultsOf(outcome, label, store.read(folder), { old, final, results, isNeeded: scenario.isNeeded ?? true }));
      await rm(folder, { recursive: true, force: true });
    }
    return {
      scenario: scenario.name,
      changes: states.length,
      states: different.length,
      repeated: repeated.length,
      kills: killed.length,
      foreseen: killed.filter(({ tree }) => known.has(identityOf(tree))).length,
      failures,
      faults,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function requireSuccess({ code, message, unexpected }: Outcome): void {
  if (code !== 0) throw new Error(`an undisturbed run fails: ${message ?? unexpected}`);
}
