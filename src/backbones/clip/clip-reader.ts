/**
 * The layouts that CLIP models are published in. Our parameters have OpenAI's names: openai/CLIP and open_clip use them, QualiCLIP and
 * training checkpoints put them behind a prefix; Hugging Face's transformers has names of its own, projections apart (query, key,
 * value) and matrices transposed.
 */
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
      joins: [
        {
          part: /^(.*)\.self_attn\.[qkv]_proj\.(weight|bias)$/,
          parts: ['$1.self_attn.q_proj.$2', '$1.self_attn.k_proj.$2', '$1.self_attn.v_proj.$2'],
          to: '$1.attn.in_proj_$2',
        },
      ],
      renames: [
        [/^vision_model\.embeddings\.class_embedding$/, 'visual.class_embedding'],
        [/^vision_model\.embeddings\.patch_embedding\.weight$/, 'visual.conv1.weight'],
        [/^vision_model\.embeddings\.position_embedding\.weight$/, 'visual.positional_embedding'],
        // transformers spells it like this
        [/^vision_model\.pre_layrnorm\./, 'visual.ln_pre.'],
        [/^vision_model\.post_layernorm\./, 'visual.ln_post.'],
        [/^visual_projection\.weight$/, 'visual.proj'],
        [/^text_model\.embeddings\.token_embedding\.weight$/, 'token_embedding.weight'],
        [/^text_model\.embeddings\.position_embedding\.weight$/, 'positional_embedding'],
        [/^text_model\.final_layer_norm\./, 'ln_final.'],
        [/^text_projection\.weight$/, 'text_projection'],
        // within the layers, which both towers build alike
        [/^vision_model\.encoder\.layers\./, 'visual.transformer.resblocks.'],
        [/^text_model\.encoder\.layers\./, 'transformer.resblocks.'],
        [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
        [/\.layer_norm([12])\./, '.ln_$1.'],
        [/\.mlp\.fc1\./, '.mlp.c_fc.'],
        [/\.mlp\.fc2\./, '.mlp.c_proj.'],
      ],
    },
  ],
  // counters; of the attention pool the positional embedding (see `clip-resnet.ts`) and the bias of the keys, which softmax does not see
  unused: /\.num_batches_tracked$|^visual\.attnpool\.(positional_embedding|k_proj\.bias)$/,
};
