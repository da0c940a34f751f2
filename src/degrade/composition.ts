/** Several distortions in a row, drawn once per image, shared by all its crops and applied at any level. */
import { cropImage, type Image } from '../images/image.js';
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { RandomStream } from '../support/random.js';
import { type DistortionParameters, distortionGroups } from './distortion.js';
import { type DistortionName, distortionNames, distortions } from './distortions/table.js';
import { kadid10k, kadidPool } from './kadid10k.js';
import { sampleParameters } from './parameters.js';
import { releasePixels } from './pixel-buffers.js';
import { type SeverityTable, severitiesOf } from './published-severities.js';
import { drawDistortions, type Sampling } from './sampling.js';
import { strengthAt } from './severity.js';

/** Plain JSON, in the order of application. */
export interface Composition {
  /** Absent: `ordered`. */
  readonly severity?: 'kadid' | undefined;
  readonly distortions: readonly { readonly name: DistortionName; readonly parameters: DistortionParameters }[];
}

export interface CompositionOptions {
  /** The most distortions in one composition, 1 or more; at most one of each group. */
  readonly maxDistortions: number;
  /** The pool, `kadid10k` if not given; see `parseDistortionPool`. */
  readonly distortions?: readonly DistortionName[];
  /** Default: `ordered`. */
  readonly severity?: SeverityTable;
  /** Default: `uniform`. */
  readonly sampling?: Sampling;
}

/**
 * Draws 1..maxDistortions distortions of different groups, in random order, and every parameter.
 * @throws RangeError for an empty pool or a maximum below 1
 */
export function sampleComposition(random: RandomStream, options: CompositionOptions): Composition {
  const pool = options.distortions ?? kadid10k;
  const { maxDistortions, severity = 'ordered', sampling = 'uniform' } = options;
  if (!Number.isInteger(maxDistortions) || maxDistortions < 1)
    throw new RangeError(`expected at least 1 distortion but received ${maxDistortions}`);
  if (pool.length === 0) throw new RangeError('a composition needs at least one distortion to draw from');
  const chosen: { name: DistortionName; parameters: DistortionParameters }[] = [];
  for (const name of drawDistortions(random, pool, maxDistortions, sampling)) {
    chosen.push({ name, parameters: sampleParameters(distortions[name], random) });
  }
  // in KADID-10k's tables the strengths themselves have signs
  const signed = chosen.map(({ name, parameters }) => ({
    name,
    parameters: 'sign' in parameters ? { ...parameters, sign: 1 } : parameters,
  }));
  return severity === 'ordered' ? { distortions: chosen } : { severity, distortions: signed };
}

/** The strength of every distortion of a composition at one level, in order: for manifests. Level 0 has none. */
export function strengthsOf(composition: Composition, level: number, levels: number): { name: DistortionName; strength: number }[] {
  if (level === 0) return [];
  return composition.distortions.map(({ name }) => ({
    name,
    strength: strengthAt(severitiesOf(name, composition.severity), level, levels),
  }));
}

/**
 * The image at one severity level of a composition; pure, and a new buffer at every level.
 * @param level 0 (pristine: the same pixels) to `levels` (strongest)
 * @throws RangeError for a level outside this range
 */
export async function degrade(image: Image, composition: Composition, level: number, levels: number): Promise<Image> {
  let result = image;
  for (const [index, { name, strength }] of strengthsOf(composition, level, levels).entries()) {
    const before = result;
    result = await distortions[name].apply(before, strength, composition.distortions[index]?.parameters ?? {});
    if (before !== image) releasePixels(before.data);
  }
  return result === image ? cropImage(image, 0, 0, image.width, image.height) : result;
}

/**
 * Parses names of distortions typed by a person.
 * @throws UserError with the nearest name for an unknown one
 */
export function parseDistortionNames(names: readonly string[]): DistortionName[] {
  return names.map((name) => {
    const known = distortionNames.find((candidate) => candidate === name);
    if (known !== undefined) return known;
    const members = namesInGroup(name);
    const hint = members.length > 0 ? ` "${name}" is a group: ${members.join(', ')}.` : suggestName(name, distortionNames);
    throw new UserError(`There is no distortion "${name}".${hint}`);
  });
}

/**
 * Parses a pool of distortions typed by a person: names, groups, `kadid-10k`, or `all`, which includes those off by default; `-name` takes out
 * what stands before it. Each appears once.
 * @throws UserError with the nearest name for an unknown one
 */
export function parseDistortionPool(names: readonly string[]): DistortionName[] {
  const pool = new Set<DistortionName>();
  for (const name of names) {
    const isTaken = name.startsWith('-');
    for (const member of membersOf(isTaken ? name.slice(1) : name)) isTaken ? pool.delete(member) : pool.add(member);
  }
  if (pool.size === 0) throw new UserError(`No distortion is left of ${names.join(',')}.`);
  return [...pool];
}

function membersOf(name: string): readonly DistortionName[] {
  if (name === 'all') return distortionNames;
  if (name === kadidPool) return kadid10k;
  const members = namesInGroup(name);
  if (members.length > 0) return members;
  const known = distortionNames.find((candidate) => candidate === name);
  if (known !== undefined) return [known];
  const suggestion = suggestName(name, [...distortionNames, ...distortionGroups, kadidPool, 'all']);
  throw new UserError(`There is no distortion or group "${name}".${suggestion}`);
}

function namesInGroup(group: string): DistortionName[] {
  return distortionNames.filter((name) => distortions[name].group === group);
}
