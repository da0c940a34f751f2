/** The prompts of a model by what an option says of them: stored features, texts to encode, or seeded directions. */
import type { Backbone } from '../backbones/backbone.js';
import { isLaidOut, layOut } from '../backbones/weights/lay-out.js';
import { readParameters } from '../backbones/weights/read-parameters.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import { UserError } from '../support/errors.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { encodePrompts } from './encode-prompts.js';
import { antonymPairs, type PromptPair, type PromptSetName, promptSets, readPromptPairs } from './prompt-pairs.js';
import { seededPrompts } from './seeded-prompts.js';
import { readStoredPrompts } from './stored-prompts.js';
import { textTowers } from './text-towers.js';

export interface Prompts {
  /** Unit vectors, float32 [pairs, 2, embedding]: the positive prompt of each pair, then the negative one. */
  readonly features: TensorData;
  /** For people. */
  readonly description: string;
  /** True where the features are trained with the encoder: then they need not stay unit vectors, and heads make them such. */
  readonly isLearned?: boolean;
}

export interface PromptSources {
  /** The set of pairs that `auto` takes; default: the antonyms of QualiCLIP. */
  readonly words?: PromptSetName;
  /** Means of embeddings of pristine and of degraded crops; absent where no images are at hand. */
  readonly prototypes?: (() => Promise<Prompts>) | undefined;
}

/** The beginning of a choice of prompts that are trained with the encoder: `learnable`, or `learnable:SOURCE` that says what they start from. */
const learnable = /^learnable(?::|$)/;

/** Number of seeded pairs: equal to that of pairs of words. */
const seededPairs = antonymPairs.length;

/**
 * @param choice `stored`, the name of a set of pairs, `seeded`, `prototypes`, the path of a file of pairs, or `auto`: stored ones, else
 * `words`, else seeded; `learnable:` before any of them, or `learnable` alone for `learnable:auto`
 * @param source the weights, which may store features or hold a text encoder; undefined for random ones
 * @throws UserError when the choice needs what the weights do not have.
 */
export async function choosePrompts(
  choice: string,
  seed: number,
  backbone: Backbone,
  source: TensorSource | undefined,
  sources: PromptSources = {},
): Promise<Prompts> {
  if (learnable.test(choice)) {
    const start = await choosePrompts(choice.replace(learnable, '') || 'auto', seed, backbone, source, sources);
    return { features: start.features, description: `learned with the encoder, starting from ${start.description}`, isLearned: true };
  }
  const { words = 'antonyms', prototypes } = sources;
  if (choice === 'prototypes') {
    if (!prototypes) throw new UserError('Prototypes are means of embeddings of images, but there are none here. Choose other --prompts.');
    return prototypes();
  }
  if (choice === 'seeded') return seeded(seed, backbone);
  if (choice === 'stored' || choice === 'auto') {
    const features = source && (await readStoredPrompts(source, backbone.embedding));
    if (features) return { features, description: `${features.shape[0]} pairs of text features that were stored with the weights` };
    if (choice === 'stored')
      throw new UserError(`There are no prompts stored with ${source?.path ?? 'random weights'}. Choose other --prompts.`);
    if (!source || !backbone.textEncoder) return wordless[backbone.wordlessPrompts](seed, backbone);
  }
  const set = choice === 'auto' ? words : choice;
  return encoded(isPromptSet(set) ? promptSets[set] : await readPromptPairs(set), backbone, source);
}

function isPromptSet(name: string): name is PromptSetName {
  return Object.hasOwn(promptSets, name);
}

function seeded(seed: number, { embedding }: Backbone): Prompts {
  return {
    features: seededPrompts(seed, seededPairs, embedding),
    description: `${seededPairs} pairs of opposite seeded unit vectors (no text encoder)`,
  };
}

const wordless: Readonly<Record<Backbone['wordlessPrompts'], (seed: number, backbone: Backbone) => Prompts>> = { seeded };

async function encoded(pairs: readonly PromptPair[], backbone: Backbone, source: TensorSource | undefined): Promise<Prompts> {
  const { name, textEncoder, reader } = backbone;
  const tower = textEncoder && textTowers[textEncoder.tower];
  const weights = source && isLaidOut(source, reader) ? layOut(source, reader) : source;
  if (!textEncoder || !tower || !weights?.tensors.has(tower.landmark)) {
    const reason = !textEncoder ? `the backbone ${name} has none` : `${source?.path ?? 'random weights'} hold none`;
    throw new UserError(`Prompts of words need a text encoder, but ${reason}. Choose --prompts seeded, or other weights.`);
  }
  const { tokens, ids } = withoutUnused(await tower.tokenize(pairs.flat(), textEncoder, weights.path));
  const table = tower.landmark;
  const small = { ...backbone, textEncoder: { ...textEncoder, vocabulary: ids.length } };
  const features = await encodePrompts(tokens, small, (needed) => {
    const specs = [...needed].map(({ name: own, shape }) => ({
      name: own,
      shape: own === table ? [textEncoder.vocabulary, ...shape.slice(1)] : shape,
    }));
    const need = { specs, rows: new Map([[table, ids]]), belongs: (tensor: string) => tower.tensors.test(tensor) };
    return readParameters(weights, need, `the text encoder of ${name}`);
  });
  return { features, description: pairs.map(([positive, negative]) => `"${positive}" / "${negative}"`).join(', ') };
}

/** Tokens numbered anew, in the same order, so that only those that occur need an embedding. */
function withoutUnused({ shape, data }: TensorData): { readonly tokens: TensorData; readonly ids: readonly number[] } {
  const ids = [...new Set(Array.from(data, Number))].sort((a, b) => a - b);
  const places = new Map(ids.map((id, place) => [id, BigInt(place)]));
  return { tokens: { dataType: 'int64', shape, data: BigInt64Array.from(Array.from(data, Number), (id) => places.get(id)!) }, ids };
}
