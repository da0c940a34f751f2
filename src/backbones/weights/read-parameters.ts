/** Values of a model's parameters from published weights: all of them, or a message that names what does not fit. */

import { asSentence, UserError } from '../../support/errors.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import type { ParameterSpec } from '../parameters.js';
import { readRows } from './read-rows.js';
import type { TensorSource } from './tensor-source.js';

/** Number of tensors of each kind that a message names. */
const named = 3;

/** A part of a model (its image encoder, its text encoder) and what it needs of weights. */
export interface WeightsNeed {
  readonly specs: Iterable<Pick<ParameterSpec, 'name' | 'shape'>>;
  /** Rows that are read of a tensor, by its name; of others all are. */
  readonly rows?: ReadonlyMap<string, readonly number[]>;
  /** True when a name is of this part: such a tensor must be in `specs`. */
  belongs(name: string): boolean;
}

/** Misfits for people: `2 are missing (a, b); 1 is unknown (c)`; undefined when everything fits. */
export function describeMisfit(source: TensorSource, { specs, belongs }: WeightsNeed): string | undefined {
  const wanted = new Map([...specs].map((spec) => [spec.name, spec.shape]));
  const missing = [...wanted.keys()].filter((name) => !source.tensors.has(name));
  const unknown = [...source.tensors.keys()].filter((name) => belongs(name) && !wanted.has(name));
  const misshapen = [...wanted].flatMap(([name, shape]) => {
    const found = source.tensors.get(name);
    return found && String(found.shape) !== String(shape) ? [`${name} is [${found.shape.join(', ')}], expected [${shape.join(', ')}]`] : [];
  });
  const problems = [list('missing', missing), list('unknown', unknown), list('of another shape', misshapen)].filter((text) => text !== '');
  return problems.length > 0 ? problems.join('; ') : undefined;
}

/**
 * @param model for messages: `clip-rn50`
 * @returns float32 tensors by the names of the specs
 * @throws UserError when tensors are missing, unknown, of other shapes, or hold values that are not finite.
 */
export async function readParameters(source: TensorSource, need: WeightsNeed, model: string): Promise<Record<string, TensorData>> {
  const misfit = describeMisfit(source, need);
  if (misfit !== undefined) throw new UserError(`${source.path} does not fit ${model}: of its tensors, ${asSentence(misfit)}`);
  const tensors: Record<string, TensorData> = {};
  for (const { name } of need.specs) {
    const rows = need.rows?.get(name);
    const tensor = rows ? await readRows(source, name, rows) : await source.read(name);
    if (!allFinite(tensor.data as Float32Array)) {
      throw new UserError(`${source.path} cannot be used: the tensor ${name} has values that are not finite.`);
    }
    tensors[name] = tensor;
  }
  return tensors;
}

/** True when all are finite. */
export function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

/** `4 are missing (a, b, c and 1 more)` */
function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  return `${names.length} ${names.length === 1 ? 'is' : 'are'} ${what} (${names.slice(0, named).join(', ')}${more})`;
}
