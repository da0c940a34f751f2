/** A recipe puts a tensor of ours together from stored ones: joined, split, turned, reshaped, or of zeros, as a layout says. */
import { elementCount, floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import type { StoredTensor } from './tensor-source.js';
import type { WeightsLayout } from './weights-layout.js';

/** A resulting tensor, and the parts that it is made of, one below the other. */
export interface TensorRecipe extends StoredTensor {
  readonly parts: readonly Part[];
  readonly transposed?: boolean;
}

/** Zeros, or elements of a stored tensor: all, or those of one of several equal parts. */
type Part = { readonly zeros: number } | { readonly name: string; readonly piece?: number; readonly pieces?: number };

/**
 * @param stored the tensors of one model by their stored names
 * @returns by our names
 */
export function recipesOf(stored: ReadonlyMap<string, StoredTensor>, layout: WeightsLayout): Map<string, TensorRecipe> {
  const { ignored, renames = [], transposed, joins = [], splits = [], flattened, belowZeros, zeros = [] } = layout;
  const recipes = new Map<string, TensorRecipe>();
  const add = (name: string, recipe: TensorRecipe): void => {
    recipes.set(
      renames.reduce((renamed, [from, to]) => renamed.replace(from, to), name),
      recipe,
    );
  };
  for (const [name, { shape, type }] of stored) {
    if (ignored?.test(name)) continue;
    for (const { beside, names } of zeros) {
      for (const absent of beside.test(name) ? names.map((own) => name.replace(beside, own)) : []) {
        if (!stored.has(absent)) add(absent, { shape: shape.slice(1), type, parts: [{ zeros: shape[1]! }] });
      }
    }
    const join = joins.find(({ part }) => part.test(name));
    const split = splits.find(({ whole }) => whole.test(name));
    if (join) {
      const parts = join.parts.map((part) => name.replace(join.part, part));
      // a part without its fellows is left out, and missed by whoever needs the whole
      const fits = parts.every((part) => String(stored.get(part)?.shape.slice(1)) === String(shape.slice(1)));
      if (name !== parts[0] || !fits) continue;
      const rows = parts.reduce((sum, part) => sum + stored.get(part)!.shape[0]!, 0);
      add(name.replace(join.part, join.to), { shape: [rows, ...shape.slice(1)], type, parts: parts.map((part) => ({ name: part })) });
    } else if (split) {
      const pieces = split.parts.length;
      for (const [piece, part] of split.parts.entries()) {
        if (part === undefined || shape[0]! % pieces !== 0) continue;
        add(name.replace(split.whole, part), { shape: [shape[0]! / pieces, ...shape.slice(1)], type, parts: [{ name, piece, pieces }] });
      }
    } else {
      const flat = flattened?.test(name) ? withoutOnes(shape) : shape;
      const own = { name };
      if (transposed?.test(name)) add(name, { shape: [...shape].reverse(), type, parts: [own], transposed: true });
      else if (belowZeros?.test(name)) {
        add(name, { shape: [flat[0]! + 1, ...flat.slice(1)], type, parts: [{ zeros: elementCount(flat.slice(1)) }, own] });
      } else add(name, { shape: flat, type, parts: [own] });
    }
  }
  return recipes;
}

function withoutOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size, axis) => size !== 1 || axis === shape.length - 1);
  return shape.slice(Math.max(0, first));
}

/** The name of the stored tensor that a recipe takes as it is; undefined where it makes something of it. */
export function storedAlone({ parts: [only, ...others], transposed }: TensorRecipe): string | undefined {
  return only && others.length === 0 && 'name' in only && only.pieces === undefined && !transposed ? only.name : undefined;
}

/** @param read a stored tensor by its stored name */
export async function assemble(
  { shape, parts, transposed }: TensorRecipe,
  read: (name: string) => Promise<TensorData>,
): Promise<TensorData> {
  const [only, ...others] = parts;
  if (only && others.length === 0 && 'name' in only && only.pieces === undefined) {
    const tensor = await read(only.name);
    return transposed ? transpose(tensor) : { ...tensor, shape };
  }
  const values = new Float32Array(elementCount(shape));
  let start = 0;
  for (const part of parts) {
    if ('zeros' in part) {
      start += part.zeros;
      continue;
    }
    const whole = (await read(part.name)).data as Float32Array;
    const { piece = 0, pieces = 1 } = part;
    const length = whole.length / pieces;
    values.set(whole.subarray(piece * length, (piece + 1) * length), start);
    start += length;
  }
  return floatTensor(shape, values);
}

/** A matrix turned; anything else is misshapen, and whoever needs it says so before it is read. */
function transpose({ shape, data }: TensorData): TensorData {
  const [rows, columns] = shape as [number, number];
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[column * rows + row] = Number(data[row * columns + column]);
  }
  return floatTensor([columns, rows], values);
}
