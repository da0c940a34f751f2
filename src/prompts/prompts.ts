/** The prompts of a model by what an option says of them: stored features, texts to encode, or seeded directions. */
import type { Backbone } from '../backbones/backbone.js';
import { clipTensors } from '../backbones/weights/clip-tensors.js';
import { readParameters } from '../backbones/weights/read-parameters.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import { UserError } from '../support/errors.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { tokenize } from './clip-tokenizer.js';
import { encodePrompts } from './encode-prompts.js';
import { antonymPairs, type PromptPair, readPromptPairs } from './prompt-pairs.js';
import { seededPrompts } from './seeded-prompts.js';
import { readStoredPrompts } from './stored-prompts.js';

export interface Prompts {
  /** Unit vectors, float32 [pairs, 2, embedding]: the positive prompt of each pair, then the negative one. */
  readonly features: TensorData;
  /** For people. */
  readonly description: string;
}

/** How many seeded pairs there are: as many as pairs of words. */
const seededPairs = antonymPairs.length;
const textTensors = /^(token_embedding|positional_embedding|text_projection|transformer\.|ln_final\.)/;

/**
 * @param choice `stored`, `antonyms`, `seeded`, the path of a file of pairs, or `auto`: the first of these three that there is
 * @param source the weights, which may store features or hold a text encoder; undefined for random ones
 * @throws UserError when the choice needs what the weights do not have.
 */
export async function choosePrompts(choice: string, seed: number, backbone: Backbone, source: TensorSource | undefined): Promise<Prompts> {
  if (choice === 'seeded') return seeded(seed, backbone);
  if (choice === 'stored' || choice === 'auto') {
    const features = source && (await readStoredPrompts(source, backbone.embedding));
    if (features) return { features, description: `${features.shape[0]} pairs of text features that were stored with the weights` };
    if (choice === 'stored')
      throw new UserError(`there are no prompts stored with ${source?.path ?? 'random weights'}. Choose other --prompts`);
    if (!source || !backbone.textEncoder) return seeded(seed, backbone);
  }
  return encoded(choice === 'antonyms' || choice === 'auto' ? antonymPairs : await readPromptPairs(choice), backbone, source);
}

function seeded(seed: number, { embedding }: Backbone): Prompts {
  return {
    features: seededPrompts(seed, seededPairs, embedding),
    description: `${seededPairs} pairs of opposite seeded unit vectors (no text encoder)`,
  };
}

async function encoded(pairs: readonly PromptPair[], backbone: Backbone, source: TensorSource | undefined): Promise<Prompts> {
  const clip = source && clipTensors(source);
  if (!backbone.textEncoder || !clip?.tensors.has('token_embedding.weight')) {
    const reason = !backbone.textEncoder ? `the backbone ${backbone.name} has none` : `${source?.path ?? 'random weights'} hold none`;
    throw new UserError(`prompts of words need CLIP's text encoder, but ${reason}. Choose --prompts seeded, or other weights`);
  }
  const features = await encodePrompts(tokenize(pairs.flat()), backbone, (specs) =>
    readParameters(clip, { specs: [...specs], belongs: (name) => textTensors.test(name) }, `the text encoder of ${backbone.name}`),
  );
  return { features, description: pairs.map(([positive, negative]) => `"${positive}" / "${negative}"`).join(', ') };
}
