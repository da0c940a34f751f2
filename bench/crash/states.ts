/** The states that kills leave are looked at here, and judged whether they are as promised. */
import { below, differences, type FileTree } from './file-tree.js';
import type { Failed } from './worker.js';

/** The state before a change. */
export interface State {
  /** Number of the change, from 0. */
  readonly at: number;
  /** The change in words. */
  readonly label: string;
  readonly tree: FileTree;
}

/** Names of unfinished work: what a killed process may leave until the next command. */
export const isUnfinished = (path: string): boolean =>
  path.split('/').some((name) => name.startsWith('.antonym-staging.') || name.startsWith('lock.'));
/** True for files of the process, not of its results. */
const isElsewhere = (path: string): boolean => /^(tmp|cache)(\/|$)/.test(path) && !/^cache\/antonym\/.*\/[0-9a-f]{32}\.json$/.test(path);
/** Times, which differ from run to run. */
const isTimed = (path: string): boolean => /(metrics\.jsonl|report\.html|events\.out\.tfevents\.antonym)$/.test(path);

/** A tree without what belongs to its process, and without times. */
export function relevant(tree: FileTree): Map<string, string> {
  return new Map([...tree].filter(([path]) => !isElsewhere(path)).map(([path, digest]) => [path, isTimed(path) ? 'timed' : digest]));
}

/** A state's identity: the content of unfinished files, which nobody reads but for a plan, does not matter, nor do numbers of processes. */
export function identityOf(tree: FileTree): string {
  return JSON.stringify(
    [...relevant(tree)]
      .map(([path, digest]) =>
        isUnfinished(path) && !path.endsWith('plan.json') ? [path.replaceAll(/\d+/g, '#'), 'unfinished'] : [path, digest],
      )
      .sort(),
  );
}

/** One of each of the states that differ. */
export function distinct<Item extends State>(states: readonly Item[]): Item[] {
  return [...new Map(states.map((state) => [identityOf(state.tree), state])).values()];
}

/** A plan names inodes, which a copy of the state does not have: these states are used where they are. */
export function isPlanned({ tree }: State): boolean {
  return [...tree.keys()].some((path) => path.endsWith('/plan.json'));
}

/** At most as many of the items, the last one among them. */
export function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor(((index + 1) * items.length) / most) - 1]!);
}

/** Without those between the first and the last of many writes to one file. */
export function told<Item extends State>(states: readonly Item[]): Item[] {
  return states.filter(({ label }, at) => label !== states[at - 1]?.label || label !== states[at + 1]?.label);
}

/** True when a result is the one of an allowed tree, apart from what is being written beside its files. */
export function isOneOf(tree: FileTree, allowed: readonly FileTree[], result: string): boolean {
  return allowed.some((one) => differences(finished(below(tree, result)), finished(below(one, result))).length === 0);
}

function finished(tree: FileTree): Map<string, string> {
  return new Map([...relevant(tree)].filter(([path]) => !isUnfinished(path)));
}

/** Facts that are not as promised after a change failed, a line each. */
export function faultsOf(
  outcome: Failed,
  label: string,
  tree: FileTree,
  {
    old,
    final,
    results,
    isNeeded,
  }: { readonly old: FileTree; readonly final: FileTree; readonly results: readonly string[]; readonly isNeeded: boolean },
): string[] {
  const faults: string[] = [];
  if (outcome.unexpected !== undefined) faults.push(`${label}: ${outcome.unexpected.split('\n').slice(0, 4).join(' ')}`);
  if (outcome.message?.includes('\n')) faults.push(`${label}: more than one line: ${outcome.message}`);
  for (const result of results) if (!isOneOf(tree, [old, final], result)) faults.push(`${label}: ${result} is neither old nor new`);
  const lost = [...old.keys()].filter((path) => !tree.has(path) && final.has(path));
  if (lost.length > 0) faults.push(`${label}: ${lost[0]} is lost`);
  const isNew = results.every((result) => isOneOf(tree, [final], result));
  if (isNeeded && outcome.code === 0 && !isNew) faults.push(`${label}: it ends well without its result`);
  // What cannot be removed stays until the next command.
  const cannotRemove = outcome.operation === 'unlink' || outcome.operation === 'rmdir';
  const unfinished = cannotRemove ? [] : [...tree.keys()].filter((path) => isUnfinished(path) && !old.has(path));
  if (unfinished.length > 0) faults.push(`${label}: leaves ${unfinished[0]}`);
  return faults;
}
