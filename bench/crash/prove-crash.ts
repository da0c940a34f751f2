/** Proves of a command that a process which dies before any change to a file, or whose change fails, leaves whole results. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { below, differences, type FileTree, TreeStore } from './file-tree.js';
import type { Scenario } from './scenarios.js';
import type { Case, Errors, Failed, FailingCase, Recorded } from './worker.js';
import { WorkerProcess } from './worker-process.js';

export interface Proof {
  readonly scenario: string;
  /** Changes to files in an undisturbed run. */
  readonly changes: number;
  /** Different states that a kill can leave; each was repeated from. */
  readonly states: number;
  readonly kills: number;
  /** Changes that were made to fail. */
  readonly failures: number;
  /** What was not as promised, a line each. */
  readonly faults: readonly string[];
}

export interface ProofOptions {
  /** Folder of inputs and work. */
  readonly root: string;
  /** True to kill a process at every change; else the states that kills leave are copied while one process runs. */
  readonly processes: boolean;
  /** Errors that each change fails with in turn; in a list of several, `each` says if every change meets all of them. */
  readonly errors: readonly Errors[];
  readonly each: boolean;
  /** Repetitions and failures of each command, spread over all that there are; default: all. Whole results are asked of every state. */
  readonly most?: number;
}

/** Names of unfinished work: what a killed process may leave until the next command. */
const isUnfinished = (path: string): boolean =>
  path.split('/').some((name) => name.startsWith('.antonym-staging.') || name.startsWith('lock.'));
/** Of the process, not of its results. */
const isElsewhere = (path: string): boolean => /^(tmp|cache)(\/|$)/.test(path);
/** Times, which differ from run to run. */
const isTimed = (path: string): boolean => /(metrics\.jsonl|report\.html|events\.out\.tfevents\.antonym)$/.test(path);

export async function proveScenario(
  scenario: Scenario,
  { root, processes, errors, each, most = Number.POSITIVE_INFINITY }: ProofOptions,
): Promise<Proof> {
  const inputs = join(root, 'inputs');
  const work = await mkdtemp(join(root, 'work-'));
  const storeFolder = join(root, 'store');
  const store = new TreeStore(storeFolder);
  const wordsOf = (words: readonly string[]): string[] => words.map((word) => word.replace('INPUTS', inputs));
  let cases = 0;
  const newCase = async (tree: FileTree): Promise<string> => {
    const folder = join(work, String(++cases));
    store.write(tree, folder);
    await mkdir(join(folder, 'tmp'), { recursive: true });
    return folder;
  };
  const workers: WorkerProcess[] = [];
  const newWorker = (): WorkerProcess => {
    const worker = new WorkerProcess(work);
    workers.push(worker);
    return worker;
  };
  const faults: string[] = [];
  try {
    const first = await newCase(new Map());
    if (scenario.hasRun) store.write(store.read(join(inputs, 'runs')), join(first, 'runs'));
    const worker = newWorker();
    for (const words of scenario.earlier ?? []) requireSuccess(await runCases(worker, [{ folder: first, words: wordsOf(words) }]));
    const old = store.read(first);
    const words = wordsOf(scenario.words);
    const recordedFolder = await newCase(old);
    // its states name it as their owner, which has to have ended when they are repeated from
    const recorder = newWorker();
    const recorded = await recorder.ask<Recorded>({ kind: 'record', store: storeFolder, case: { folder: recordedFolder, words } });
    await recorder.close();
    requireSuccess([recorded!.outcome]);
    const final = store.read(recordedFolder);
    const states = recorded!.states.map(({ operation, path, tree }, at) => ({
      at,
      label: `${operation} ${path.replace(recordedFolder, '')}`,
      tree: new Map(tree),
    }));
    // A plan names inodes, which a copy of the state does not have: these processes are killed, and what they leave is used itself.
    const isPlanned = ({ tree }: { readonly tree: FileTree }): boolean => [...tree.keys()].some((path) => path.endsWith('/plan.json'));
    const left: { at: number; label: string; tree: FileTree; folder?: string }[] = processes
      ? []
      : distinct(states).filter((state) => !isPlanned(state));
    let kills = 0;
    for (const { at, label } of processes ? told(states) : distinct(states).filter(isPlanned)) {
      const folder = await newCase(old);
      const survived = await newWorker().ask({ kind: 'record', store: storeFolder, case: { folder, words }, kill: at });
      if (survived === undefined) kills++;
      left.push({ at, label, tree: store.read(folder), folder });
    }
    for (const { at, label, tree } of left) {
      for (const result of scenario.results) {
        if (!isOneOf(tree, [old, final], result)) faults.push(`killed before change ${at} (${label}): ${result} is neither old nor new`);
      }
    }
    const repeated = await Promise.all(
      spread(left, most).map(async ({ at, label, tree, folder }) => ({ at, label, tree, folder: folder ?? (await newCase(tree)) })),
    );
    const repetitions = repeated.map(({ folder, tree }) => ({
      folder,
      words: wordsOf(scenario.resume && tree.has('runs/n') ? scenario.resume : scenario.words),
    }));
    const failing = await failingCases(
      spread(told(states), most).map(({ at }) => at),
      errors,
      each,
      async (at, error) => ({ folder: await newCase(old), words, at, error }),
    );
    const outcomes = await runCases(worker, [...repetitions, ...failing]);
    for (const [index, { at, label, folder }] of repeated.entries()) {
      const found = store.read(folder);
      const outcome = outcomes[index]!;
      const isThere = /already exists|exists already/.test(outcome.message ?? '');
      if (outcome.code !== 0 && !isThere) faults.push(`repeated after change ${at} (${label}): ${outcome.message ?? outcome.unexpected}`);
      const other = differences(relevant(found), relevant(final));
      if (other.length > 0) faults.push(`repeated after change ${at} (${label}): differs in ${other.slice(0, 3).join(', ')}`);
    }
    let met = 0;
    for (const [index, { folder, at, error }] of failing.entries()) {
      const outcome = outcomes[repeated.length + index]!;
      if (outcome.operation !== undefined) met++;
      faults.push(
        ...faultsOf(
          outcome,
          `change ${at} (${outcome.operation} ${(outcome.path ?? '').replace(folder, '')}) fails with ${error}`,
          store.read(folder),
          old,
          final,
          scenario.results,
        ),
      );
    }
    return { scenario: scenario.name, changes: states.length, states: distinct(states).length, kills, failures: met, faults };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
    await rm(work, { recursive: true, force: true });
  }
}

function faultsOf(outcome: Failed, label: string, tree: FileTree, old: FileTree, final: FileTree, results: readonly string[]): string[] {
  const faults: string[] = [];
  if (outcome.unexpected !== undefined) faults.push(`${label}: ${outcome.unexpected.split('\n').slice(0, 4).join(' ')}`);
  if (outcome.message?.includes('\n')) faults.push(`${label}: more than one line: ${outcome.message}`);
  for (const result of results) if (!isOneOf(tree, [old, final], result)) faults.push(`${label}: ${result} is neither old nor new`);
  const lost = [...old.keys()].filter((path) => !tree.has(path) && final.has(path));
  if (lost.length > 0) faults.push(`${label}: ${lost[0]} is lost`);
  const isNew = results.length > 0 && results.every((result) => isOneOf(tree, [final], result));
  if (outcome.code === 0 && results.length > 0 && !isNew) faults.push(`${label}: it ends well without its result`);
  // What cannot be removed stays until the next command.
  const cannotRemove = outcome.operation === 'unlink' || outcome.operation === 'rmdir';
  const unfinished = cannotRemove ? [] : [...tree.keys()].filter((path) => isUnfinished(path) && !old.has(path));
  if (unfinished.length > 0) faults.push(`${label}: leaves ${unfinished[0]}`);
  return faults;
}

function isOneOf(tree: FileTree, allowed: readonly FileTree[], result: string): boolean {
  return allowed.some((one) => differences(finished(below(tree, result)), finished(below(one, result))).length === 0);
}

/** A result without what is being written beside its files. */
function finished(tree: FileTree): Map<string, string> {
  return new Map([...relevant(tree)].filter(([path]) => !isUnfinished(path)));
}

function relevant(tree: FileTree): Map<string, string> {
  return new Map([...tree].filter(([path]) => !isElsewhere(path)).map(([path, digest]) => [path, isTimed(path) ? 'timed' : digest]));
}

/** One of each of the states that differ in more than the content of unfinished files, which nobody reads but for a plan. */
function distinct<State extends { readonly tree: FileTree }>(states: readonly State[]): State[] {
  const known = ([path, digest]: readonly [string, string]) => [
    path,
    isUnfinished(path) && !path.endsWith('plan.json') ? 'unfinished' : digest,
  ];
  const seen = new Map(
    states.map((state) => [
      JSON.stringify(
        [...state.tree]
          .filter(([path]) => !isElsewhere(path))
          .map(known)
          .sort(),
      ),
      state,
    ]),
  );
  return [...seen.values()];
}

/** At most as many of the items, the last one among them. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor(((index + 1) * items.length) / most) - 1]!);
}

/** Without those between the first and the last of many writes to one file. */
function told<State extends { readonly label: string }>(states: readonly State[]): State[] {
  return states.filter(({ label }, at) => label !== states[at - 1]?.label || label !== states[at + 1]?.label);
}

function failingCases(
  changes: readonly number[],
  errors: readonly Errors[],
  each: boolean,
  newCase: (at: number, error: Errors) => Promise<FailingCase>,
): Promise<FailingCase[]> {
  const wanted = changes.flatMap((at, place) => (each ? errors : [errors[place % errors.length]!]).map((error) => ({ at, error })));
  return Promise.all(wanted.map(({ at, error }) => newCase(at, error)));
}

async function runCases(worker: WorkerProcess, cases: readonly Case[]): Promise<Failed[]> {
  return (await worker.ask<Failed[]>({ kind: 'run', cases }))!;
}

function requireSuccess(outcomes: readonly Failed[]): void {
  const bad = outcomes.find(({ code }) => code !== 0);
  if (bad) throw new Error(`an undisturbed run fails: ${bad.message ?? bad.unexpected}`);
}
