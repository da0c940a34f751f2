/** Text features that were stored with weights: in checkpoints of this program, and in QualiCLIP's. */
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import { UserError } from '../support/errors.js';
import { floatTensor, type TensorData } from '../tensors/tensor-data.js';

/** As this program names them, and QualiCLIP's published checkpoint. */
const names = /(^|\.)(prompts\.features|prompts_features)$/;

/**
 * @param size of the embedding
 * @returns float32 [pairs, 2, size], unit vectors, the positive prompt of each pair first; undefined when none are stored
 * @throws UserError when they are of another shape, or zero.
 */
export async function readStoredPrompts(source: TensorSource, size: number): Promise<TensorData | undefined> {
  const name = [...source.tensors.keys()].find((candidate) => names.test(candidate));
  if (name === undefined) return undefined;
  const { shape } = source.tensors.get(name)!;
  const count = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const pairwise = shape.length === 2 || (shape.length === 3 && shape[1] === 2);
  if (!pairwise || shape.at(-1) !== size || count < 2 || count % 2 !== 0) {
    throw new UserError(
      `${source.path}: the stored prompts ${name} must be [pairs, 2, ${size}] or [2 pairs, ${size}], but are [${shape.join(', ')}].`,
    );
  }
  const values = (await source.read(name)).data as Float32Array;
  for (let row = 0; row < count; row++) {
    const vector = values.subarray(row * size, (row + 1) * size);
    const norm = Math.hypot(...vector);
    if (!(norm > 0 && Number.isFinite(norm)))
      throw new UserError(`${source.path}: the stored prompts ${name} have no direction in row ${row}.`);
    for (let index = 0; index < size; index++) vector[index]! /= norm;
  }
  return floatTensor([count / 2, 2, size], values);
}
