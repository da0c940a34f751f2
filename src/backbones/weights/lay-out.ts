/** Finds a family's layout in a file of weights, and shows its tensors by the names of our parameters. */
import { UserError } from '../../support/errors.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import { readRows, rowsOf } from './read-rows.js';
import { assemble, recipesOf, storedAlone } from './tensor-recipe.js';
import type { TensorSource } from './tensor-source.js';
import type { WeightsLayout, WeightsReader } from './weights-layout.js';

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
    `${source.path} does not hold an image encoder of ${family}: it has ${landmarks.join(' and ')}. ` +
      `Its first tensors are: ${names.slice(0, 3).join(', ') || 'none'}.`,
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
  const own = new Map(
    [...source.tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [])),
  );
  const recipes = recipesOf(own, layout);
  const read = (name: string): Promise<TensorData> => assemble(recipes.get(name)!, (part) => source.read(prefix + part));
  return {
    path: source.path,
    tensors: new Map([...recipes].map(([name, { shape, type }]) => [name, { shape, type }])),
    read,
    readRows: async (name, rows) => {
      const stored = storedAlone(recipes.get(name)!);
      return stored === undefined ? rowsOf(await read(name), rows) : readRows(source, prefix + stored, rows);
    },
    close: () => source.close(),
  };
}
