/** Proves of a command that a process which dies before any change to a file, or whose change fails, leaves whole results. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashProcess, killAt } from './crash-process.js';
import { differences, type FileTree } from './file-tree.js';
import { type Recording, withInputs } from './record-scenario.js';
import { distinct, faultsOf, identityOf, isOneOf, isPlanned, relevant, type State, spread, told } from './states.js';
import type { Errors } from './worker.js';

export interface Proof {
  readonly scenario: string;
  /** Changes to files in an undisturbed run: each may be the one before which the process dies. */
  readonly changes: number;
  /** States that kills leave, those that differ. */
  readonly states: number;
  /** Number of these from which the command was repeated. */
  readonly repeated: number;
  /** Processes that were killed. */
  readonly kills: number;
  /** Number of these that ended in a state that had been recorded. */
  readonly foreseen: number;
  /** Changes that were made to fail. */
  readonly failures: number;
  /** Facts that were not as promised, a line each. */
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

/**
 * @param recording of a process that has ended: the states name it as the owner of what is unfinished. Its folder of work is removed.
 */
export async function proveScenario(
  { scenario, words, old, final, states, store, storeFolder, work }: Recording,
  { root, process, kills, plans, each, most = Number.POSITIVE_INFINITY }: ProofOptions,
): Promise<Proof> {
  let cases = 0;
  const newCase = (tree: FileTree): string => {
    const folder = join(work, String(++cases));
    store.write(tree, folder);
    return folder;
  };
  const faults: string[] = [];
  try {
    const { eachFile } = scenario;
    const results = [...scenario.results, ...[...final.keys()].filter((path) => final.get(path) !== 'folder' && eachFile?.test(path))];
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
      const next = scenario.resume && tree.has('runs/n') ? withInputs(scenario.resume, root) : words;
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
