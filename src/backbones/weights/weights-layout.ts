/**
 * Layouts of published weights as data: how a publisher's names become those of a backbone's parameters, with matrices transposed and
 * parts joined on the way. One reader applies them all.
 */
import { UserError } from '../../support/errors.js';
import { elementCount, floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import type { StoredTensor, TensorSource } from './tensor-source.js';

/** The names and shapes that one publisher, or several alike, gives the tensors of a family. */
export interface WeightsLayout {
  /** Who saves so, for messages: `Hugging Face`. */
  readonly savedBy: string;
  /** A tensor that every such model has; what comes before it in a file comes before all tensors of the model. */
  readonly landmark: string;
  /** Stored tensors that are no parameters. */
  readonly ignored?: RegExp;
  /** Applied one after the other to the name of every tensor. */
  readonly renames?: readonly (readonly [from: RegExp, to: string])[];
  /** Stored matrices that are transposed. */
  readonly transposed?: RegExp;
  /** Tensors that become one, one below the other. */
  readonly joins?: readonly Join[];
}

export interface Join {
  /** Stored names of all parts. */
  readonly part: RegExp;
  /** The name of each part in order, and that of the whole before renaming: replacements for what `part` matches. */
  readonly parts: readonly string[];
  readonly to: string;
}

/** A reader of the published weights of a family. */
export interface WeightsReader {
  /** The family, for messages: `CLIP`. */
  readonly family: string;
  /** The first whose landmark is there counts. */
  readonly layouts: readonly WeightsLayout[];
  /** Tensors of the image encoder that its graph does not need, by their names after reading. */
  readonly unused?: RegExp;
}

/** The assembly of a tensor: its parts one below the other, or one part transposed. */
interface Recipe {
  readonly parts: readonly string[];
  readonly transposed: boolean;
}

/**
 * A view of the tensors of one model in a source, by the names of our parameters; others (of an optimizer, say) are not in it. Closing
 * it closes the source.
 * @throws UserError when no layout of the family is found in the source.
 */
export function layOut(source: TensorSource, { family, layouts }: WeightsReader): TensorSource {
  const names = [...source.tensors.keys()];
  for (const layout of layouts) {
    const prefix = prefixOf(names, layout.landmark);
    if (prefix !== undefined) return view(source, prefix, layout);
  }
  const landmarks = layouts.map(({ landmark, savedBy }) => `no tensor ${landmark} (${savedBy})`);
  throw new UserError(
    `${source.path} holds no ${family} image encoder: it has ${landmarks.join(' and ')}. ` +
      `Its first tensors are: ${names.slice(0, 3).join(', ') || 'none'}`,
  );
}

/** True when the source holds a model in one of the family's layouts. */
export function isLaidOut(source: TensorSource, { layouts }: WeightsReader): boolean {
  const names = [...source.tensors.keys()];
  return layouts.some(({ landmark }) => prefixOf(names, landmark) !== undefined);
}

/** The text before a name wherever it occurs; the shortest, when models contain models. */
function prefixOf(names: readonly string[], landmark: string): string | undefined {
  const prefixes = names
    .filter((name) => name === landmark || name.endsWith(`.${landmark}`))
    .map((name) => name.slice(0, -landmark.length));
  return prefixes.sort((a, b) => a.length - b.length)[0];
}

function view(source: TensorSource, prefix: string, layout: WeightsLayout): TensorSource {
  const stored = (name: string): StoredTensor | undefined => source.tensors.get(prefix + name);
  const own = [...source.tensors.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const recipes = recipesOf(own, stored, layout);
  return {
    path: source.path,
    tensors: new Map([...recipes].map(([name, recipe]) => [name, describe(recipe, stored)])),
    async read(name) {
      const { parts, transposed } = recipes.get(name)!;
      const tensors: TensorData[] = [];
      for (const part of parts) tensors.push(await source.read(prefix + part));
      return transposed ? transpose(tensors[0]!) : joinRows(tensors);
    },
    close: () => source.close(),
  };
}

function recipesOf(
  names: readonly string[],
  stored: (name: string) => StoredTensor | undefined,
  { ignored, renames = [], transposed, joins = [] }: WeightsLayout,
): Map<string, Recipe> {
  const rename = (name: string): string => renames.reduce((renamed, [from, to]) => renamed.replace(from, to), name);
  const recipes = new Map<string, Recipe>();
  for (const name of names) {
    if (ignored?.test(name)) continue;
    const join = joins.find(({ part }) => part.test(name));
    if (!join) {
      recipes.set(rename(name), { parts: [name], transposed: transposed?.test(name) === true });
      continue;
    }
    const parts = join.parts.map((part) => name.replace(join.part, part));
    // a part without its fellows is left out, and missed by whoever needs the whole
    const fits = parts.every((part) => String(stored(part)?.shape.slice(1)) === String(stored(name)!.shape.slice(1)));
    if (name === parts[0] && fits) recipes.set(rename(name.replace(join.part, join.to)), { parts, transposed: false });
  }
  return recipes;
}

function describe({ parts, transposed }: Recipe, stored: (name: string) => StoredTensor | undefined): StoredTensor {
  const { shape, type } = stored(parts[0]!)!;
  if (transposed) return { shape: [...shape].reverse(), type };
  if (parts.length === 1) return { shape, type };
  return { shape: [parts.reduce((rows, part) => rows + stored(part)!.shape[0]!, 0), ...shape.slice(1)], type };
}

function joinRows(tensors: readonly TensorData[]): TensorData {
  const [first] = tensors as [TensorData];
  if (tensors.length === 1) return first;
  const values = new Float32Array(tensors.reduce((count, { shape }) => count + elementCount(shape), 0));
  let start = 0;
  for (const { data } of tensors) {
    values.set(data as Float32Array, start);
    start += data.length;
  }
  return floatTensor([tensors.reduce((rows, { shape }) => rows + shape[0]!, 0), ...first.shape.slice(1)], values);
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
