/** The layouts that DINOv2 is published in: the authors' (`.pth`), timm's, and that of Hugging Face's transformers. */
import { timmNames } from '../weights/transformer-names.js';
import type { WeightsReader } from '../weights/weights-layout.js';

// embedding of masked patches in pretraining; the layer of a classifier
const ignored = /^(embeddings\.)?mask_token$|^head\./;
const { flattened, renames } = timmNames();

export const dinoV2Reader: WeightsReader = {
  family: 'DINOv2',
  layouts: [
    {
      savedBy: 'Hugging Face',
      landmark: 'embeddings.patch_embeddings.projection.weight',
      ignored,
      flattened: /^embeddings\.(cls_token|register_tokens|position_embeddings)$/,
      joins: [
        {
          part: /^(.*\.attention)\.attention\.(?:query|key|value)\.(weight|bias)$/,
          parts: ['$1.attention.query.$2', '$1.attention.key.$2', '$1.attention.value.$2'],
          to: '$1.in_proj_$2',
        },
      ],
      renames: [
        [/^embeddings\.cls_token$/, 'visual.class_embedding'],
        [/^embeddings\.register_tokens$/, 'visual.register_embedding'],
        [/^embeddings\.position_embeddings$/, 'visual.positional_embedding'],
        [/^embeddings\.patch_embeddings\.projection\./, 'visual.conv1.'],
        [/^layernorm\./, 'visual.ln_post.'],
        [/^encoder\.layer\./, 'visual.transformer.resblocks.'],
        [/\.attention\.in_proj_/, '.attn.in_proj_'],
        [/\.attention\.output\.dense\./, '.attn.out_proj.'],
        [/\.norm([12])\./, '.ln_$1.'],
        [/\.layer_scale([12])\.lambda1$/, '.ls_$1.gamma'],
        [/\.mlp\.fc1\./, '.mlp.c_fc.'],
        [/\.mlp\.fc2\./, '.mlp.c_proj.'],
      ],
    },
    {
      savedBy: 'timm, with registers',
      landmark: 'reg_token',
      ignored,
      flattened,
      // the position of the class token is a part of the token there
      belowZeros: /^pos_embed$/,
      renames,
    },
    { savedBy: 'its authors and timm', landmark: 'patch_embed.proj.weight', ignored, flattened, renames },
  ],
};
