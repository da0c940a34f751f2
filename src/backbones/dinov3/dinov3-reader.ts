/**
 * The layouts that DINOv3 is published in: the authors' (`.pth`), timm's, and that of Hugging Face's transformers. Frequencies of the rotary
 * embedding are computed, as transformers and timm do; the authors' files hold them rounded to bfloat16.
 */
import { timmNames } from '../weights/transformer-names.js';
import type { WeightsReader } from '../weights/weights-layout.js';

// for masked patches, and for crops of pretraining
const ignored = /^(embeddings\.)?mask_token$|^(local_cls_norm|head)\.|\.attn\.qkv\.bias_mask$|^rope_embed\./;
const { flattened, renames } = timmNames();

export const dinoV3Reader: WeightsReader = {
  family: 'DINOv3',
  layouts: [
    {
      savedBy: 'Hugging Face',
      landmark: 'embeddings.patch_embeddings.weight',
      ignored,
      flattened: /^embeddings\.(cls_token|register_tokens)$/,
      joins: [
        {
          part: /^(.*\.attention)\.[qkv]_proj\.weight$/,
          parts: ['$1.q_proj.weight', '$1.k_proj.weight', '$1.v_proj.weight'],
          to: '$1.in_proj_weight',
        },
      ],
      renames: [
        [/^embeddings\.cls_token$/, 'visual.class_embedding'],
        [/^embeddings\.register_tokens$/, 'visual.register_embedding'],
        [/^embeddings\.patch_embeddings\./, 'visual.conv1.'],
        [/^norm\./, 'visual.ln_post.'],
        [/^(model\.)?layer\./, 'visual.transformer.resblocks.'],
        [/\.attention\.in_proj_weight$/, '.attn.in_proj_weight'],
        [/\.attention\.([qv])_proj\.bias$/, '.attn.$1_bias'],
        [/\.attention\.o_proj\./, '.attn.out_proj.'],
        [/\.norm([12])\./, '.ln_$1.'],
        [/\.layer_scale([12])\.lambda1$/, '.ls_$1.gamma'],
        [/\.mlp\.gate_proj\./, '.mlp.c_gate.'],
        [/\.mlp\.up_proj\./, '.mlp.c_fc.'],
        [/\.mlp\.down_proj\./, '.mlp.c_proj.'],
      ],
    },
    {
      savedBy: 'its authors',
      landmark: 'storage_tokens',
      ignored,
      flattened,
      // the part of the keys is masked there: it counts as zero
      splits: [{ whole: /^(.*\.attn)\.qkv\.bias$/, parts: ['$1.q_bias', undefined, '$1.v_bias'] }],
      renames,
    },
    {
      savedBy: 'timm',
      landmark: 'reg_token',
      ignored,
      flattened,
      zeros: [{ beside: /^(.*\.attn)\.qkv\.weight$/, names: ['$1.q_bias', '$1.v_bias'] }],
      renames,
    },
  ],
};
