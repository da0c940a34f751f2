/** Names that libraries give the tensors of vision transformers, whatever the family, as parts of layouts. */
import type { Join, WeightsLayout } from './weights-layout.js';

type Renames = NonNullable<WeightsLayout['renames']>;

/**
 * timm's names, most of which the authors of DINOv2 and DINOv3 use too.
 * @param prefix of all: open_clip puts `visual.trunk.` before them, and what belongs to its texts behind `text.`
 */
export function timmNames(prefix: '' | 'visual.trunk.' = '') {
  const start = `^${prefix.replaceAll('.', '\\.')}`;
  const at = (pattern: string): RegExp => new RegExp(start + pattern);
  const renames: Renames = [
    ...(prefix === '' ? [] : [[/^text\./, ''] as const]),
    [at('patch_embed\\.proj\\.'), 'visual.conv1.'],
    [at('cls_token$'), 'visual.class_embedding'],
    [at('(reg_token|register_tokens|storage_tokens)$'), 'visual.register_embedding'],
    [at('pos_embed$'), 'visual.positional_embedding'],
    [at('norm_pre\\.'), 'visual.ln_pre.'],
    [at('norm\\.'), 'visual.ln_post.'],
    [at('head\\.weight$'), 'visual.proj'],
    [at('attn_pool\\.latent$'), 'visual.attn_pool.probe'],
    [at('attn_pool\\.proj\\.'), 'visual.attn_pool.attn.out_proj.'],
    [at('attn_pool\\.norm\\.'), 'visual.attn_pool.layernorm.'],
    [at('attn_pool\\.'), 'visual.attn_pool.'],
    [at('blocks\\.'), 'visual.transformer.resblocks.'],
    [/\.norm([12])\./, '.ln_$1.'],
    [/\.attn\.qkv\.(weight|bias)$/, '.attn.in_proj_$1'],
    [/\.attn\.proj\./, '.attn.out_proj.'],
    [/\.(?:ls([12])\.gamma|gamma_([12]))$/, '.ls_$1$2.gamma'],
    // gated perceptrons: the authors' and timm's names
    [/\.mlp\.(w1|fc1_g)\./, '.mlp.c_gate.'],
    [/\.mlp\.(w2|fc1_x|fc1)\./, '.mlp.c_fc.'],
    [/\.mlp\.(w3|fc2)\./, '.mlp.c_proj.'],
  ];
  const joins: Join[] = [
    {
      part: at('attn_pool\\.(?:q|kv)\\.(weight|bias)$'),
      parts: [`${prefix}attn_pool.q.$1`, `${prefix}attn_pool.kv.$1`],
      to: `${prefix}attn_pool.attn.in_proj_$1`,
    },
  ];
  return {
    flattened: at('(cls_token|reg_token|register_tokens|storage_tokens|pos_embed)$'),
    transposed: at('head\\.weight$'),
    renames,
    joins,
  };
}

/** Queries, keys and values of Hugging Face's `CLIPModel` and `SiglipModel`. */
export const huggingFaceJoins: readonly Join[] = [
  {
    part: /^(.*)\.self_attn\.[qkv]_proj\.(weight|bias)$/,
    parts: ['$1.self_attn.q_proj.$2', '$1.self_attn.k_proj.$2', '$1.self_attn.v_proj.$2'],
    to: '$1.attn.in_proj_$2',
  },
];

/** Names of Hugging Face's `CLIPModel` and `SiglipModel`. */
export const huggingFaceNames: Renames = [
  [/^vision_model\.embeddings\.class_embedding$/, 'visual.class_embedding'],
  [/^vision_model\.embeddings\.patch_embedding\./, 'visual.conv1.'],
  [/^vision_model\.embeddings\.position_embedding\.weight$/, 'visual.positional_embedding'],
  // transformers spells it like this
  [/^vision_model\.pre_layrnorm\./, 'visual.ln_pre.'],
  [/^vision_model\.post_layernorm\./, 'visual.ln_post.'],
  [/^text_model\.embeddings\.token_embedding\.weight$/, 'token_embedding.weight'],
  [/^text_model\.embeddings\.position_embedding\.weight$/, 'positional_embedding'],
  [/^text_model\.final_layer_norm\./, 'ln_final.'],
  // within the layers, which both towers build alike
  [/^vision_model\.encoder\.layers\./, 'visual.transformer.resblocks.'],
  [/^text_model\.encoder\.layers\./, 'transformer.resblocks.'],
  [/\.self_attn\.out_proj\./, '.attn.out_proj.'],
  [/\.layer_norm([12])\./, '.ln_$1.'],
  [/\.mlp\.fc1\./, '.mlp.c_fc.'],
  [/\.mlp\.fc2\./, '.mlp.c_proj.'],
];
