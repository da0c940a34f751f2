/**
 * The tensors of a CLIP model by the names that OpenAI gave them, whoever saved it: openai/CLIP and open_clip use these names,
 * QualiCLIP and training checkpoints put them behind a prefix, Hugging Face's transformers has names of its own, projections
 * apart (query, key, value) and matrices transposed.
 */

import { UserError } from '../../support/errors.js';
import { elementCount, floatTensor, type TensorData } from '../../tensors/tensor-data.js';
import type { StoredTensor, TensorSource } from './tensor-source.js';

/** A tensor every CLIP image encoder has, in the names of OpenAI and of Hugging Face. */
const landmarks = { openai: 'visual.conv1.weight', huggingFace: 'vision_model.embeddings.patch_embedding.weight' } as const;

/** Hugging Face's names outside of the layers, OpenAI's, and which matrices are transposed. */
const renames: readonly { readonly from: RegExp; readonly to: string; readonly transposed?: true }[] = [
  { from: /^vision_model\.embeddings\.class_embedding$/, to: 'visual.class_embedding' },
  { from: /^vision_model\.embeddings\.patch_embedding\.weight$/, to: 'visual.conv1.weight' },
  { from: /^vision_model\.embeddings\.position_embedding\.weight$/, to: 'visual.positional_embedding' },
  // transformers spells it like this
  { from: /^vision_model\.pre_layrnorm\./, to: 'visual.ln_pre.' },
  { from: /^vision_model\.post_layernorm\./, to: 'visual.ln_post.' },
  { from: /^visual_projection\.weight$/, to: 'visual.proj', transposed: true },
  { from: /^text_model\.embeddings\.token_embedding\.weight$/, to: 'token_embedding.weight' },
  { from: /^text_model\.embeddings\.position_embedding\.weight$/, to: 'positional_embedding' },
  { from: /^text_model\.final_layer_norm\./, to: 'ln_final.' },
  { from: /^text_projection\.weight$/, to: 'text_projection', transposed: true },
];
/** Within the layers, which both towers build alike. */
const layerRenames: readonly (readonly [from: RegExp, to: string])[] = [
  [/^vision_model\.encoder\.layers\./, 'visual.transformer.resblocks.'],
  [/^text_model\.encoder\.layers\./, 'transformer.resblocks.'],
  [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
  [/\.layer_norm([12])\./, '.ln_$1.'],
  [/\.mlp\.fc1\./, '.mlp.c_fc.'],
  [/\.mlp\.fc2\./, '.mlp.c_proj.'],
];
const projection = /^(.*)\.self_attn\.([qkv])_proj\.(weight|bias)$/;
/** Constants that older versions of transformers stored. */
const constants = /\.position_ids$/;

/** How a tensor is put together: its parts one below the other, or one part transposed. */
interface Recipe {
  readonly parts: readonly string[];
  readonly transposed: boolean;
}

/**
 * A view of the tensors of one CLIP model in a source; others (of an optimizer, say) are not in it. Closing it closes the source.
 * @throws UserError when there is no CLIP image encoder in the source.
 */
export function clipTensors(source: TensorSource): TensorSource {
  const names = [...source.tensors.keys()];
  const openai = prefixOf(names, landmarks.openai);
  const huggingFace = prefixOf(names, landmarks.huggingFace);
  if (openai === undefined && huggingFace === undefined) {
    throw new UserError(
      `${source.path} holds no CLIP image encoder: it has no tensor ${landmarks.openai} (as OpenAI, open_clip and QualiCLIP name it) ` +
        `and no ${landmarks.huggingFace} (Hugging Face). Its first tensors are: ${names.slice(0, 3).join(', ') || 'none'}`,
    );
  }
  const prefix = openai ?? huggingFace!;
  const stored = (name: string): StoredTensor | undefined => source.tensors.get(prefix + name);
  const own = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const recipes =
    openai === undefined ? fromHuggingFace(own, stored) : new Map(own.map((name) => [name, { parts: [name], transposed: false }]));
  return {
    path: source.path,
    tensors: new Map([...recipes].map(([name, recipe]) => [name, describe(recipe, stored)])),
    async read(name) {
      const { parts, transposed } = recipes.get(name)!;
      const tensors: TensorData[] = [];
      for (const part of parts) tensors.push(await source.read(prefix + part));
      return transposed ? transpose(tensors[0]!) : join(tensors);
    },
    close: () => source.close(),
  };
}

/** What comes before a name wherever it occurs; the shortest, when models contain models. */
function prefixOf(names: readonly string[], landmark: string): string | undefined {
  const prefixes = names
    .filter((name) => name === landmark || name.endsWith(`.${landmark}`))
    .map((name) => name.slice(0, -landmark.length));
  return prefixes.sort((a, b) => a.length - b.length)[0];
}

function fromHuggingFace(names: readonly string[], stored: (name: string) => StoredTensor | undefined): Map<string, Recipe> {
  const recipes = new Map<string, Recipe>();
  for (const name of names) {
    if (constants.test(name)) continue;
    const [, layer, which, kind] = projection.exec(name) ?? [];
    if (layer === undefined) {
      const rename = renames.find(({ from }) => from.test(name));
      const renamed = rename ? name.replace(rename.from, rename.to) : renameLayer(name);
      recipes.set(renamed, { parts: [name], transposed: rename?.transposed === true });
    } else if (which === 'q') {
      const parts = ['q', 'k', 'v'].map((letter) => `${layer}.self_attn.${letter}_proj.${kind}`);
      // a projection without its fellows is left out, and missed by whoever needs it
      if (parts.every((part) => String(stored(part)?.shape) === String(stored(name)?.shape))) {
        recipes.set(`${renameLayer(`${layer}.`)}attn.in_proj_${kind}`, { parts, transposed: false });
      }
    }
  }
  return recipes;
}

function renameLayer(name: string): string {
  return layerRenames.reduce((renamed, [from, to]) => renamed.replace(from, to), name);
}

function describe({ parts, transposed }: Recipe, stored: (name: string) => StoredTensor | undefined): StoredTensor {
  const { shape, type } = stored(parts[0]!)!;
  if (transposed) return { shape: [...shape].reverse(), type };
  return { shape: parts.length === 1 ? shape : [shape[0]! * parts.length, ...shape.slice(1)], type };
}

function join(tensors: readonly TensorData[]): TensorData {
  const [first] = tensors as [TensorData];
  if (tensors.length === 1) return first;
  const size = elementCount(first.shape);
  const values = new Float32Array(size * tensors.length);
  tensors.forEach(({ data }, index) => {
    values.set(data as Float32Array, index * size);
  });
  return floatTensor([first.shape[0]! * tensors.length, ...first.shape.slice(1)], values);
}

/** Of a matrix; anything else is misshapen, and whoever needs it says so before it is read. */
function transpose({ shape, data }: TensorData): TensorData {
  const [rows, columns] = shape as [number, number];
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[column * rows + row] = Number(data[row * columns + column]);
  }
  return floatTensor([columns, rows], values);
}
