/**
 * The layouts that CLIP models are published in. Our parameters have OpenAI's names: openai/CLIP and open_clip use them, QualiCLIP and
 * training checkpoints put them behind a prefix; Hugging Face's transformers has names of its own, projections apart (query, key,
 * value) and matrices transposed.
 */
import { huggingFaceJoins, huggingFaceNames } from '../weights/transformer-names.js';
import type { WeightsReader } from '../weights/weights-layout.js';

export const clipReader: WeightsReader = {
  family: 'CLIP',
  layouts: [
    { savedBy: 'as OpenAI, open_clip and QualiCLIP name it', landmark: 'visual.conv1.weight' },
    {
      savedBy: 'Hugging Face',
      landmark: 'vision_model.embeddings.patch_embedding.weight',
      // constants that older versions of transformers stored
      ignored: /\.position_ids$/,
      transposed: /^(visual|text)_projection\.weight$/,
      joins: huggingFaceJoins,
      renames: [[/^visual_projection\.weight$/, 'visual.proj'], [/^text_projection\.weight$/, 'text_projection'], ...huggingFaceNames],
    },
  ],
  // counters; of the attention pool the positional embedding (see `clip-resnet.ts`) and the bias of the keys, which softmax does not see
  unused: /\.num_batches_tracked$|^visual\.attnpool\.(positional_embedding|k_proj\.bias)$/,
};
