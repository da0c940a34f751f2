/** The layouts that SigLIP 2 is published in: Hugging Face's `SiglipModel`, open_clip's (both with texts), and timm's image encoders. */
import { huggingFaceJoins, huggingFaceNames, timmNames } from '../weights/transformer-names.js';
import type { WeightsReader } from '../weights/weights-layout.js';

export const sigLip2Reader: WeightsReader = {
  family: 'SigLIP 2',
  layouts: [
    {
      savedBy: 'Hugging Face',
      landmark: 'vision_model.head.probe',
      ignored: /\.position_ids$/,
      joins: huggingFaceJoins,
      renames: [
        [/^vision_model\.head\.attention\./, 'visual.attn_pool.attn.'],
        [/^vision_model\.head\./, 'visual.attn_pool.'],
        [/^text_model\.head\./, 'text_projection.'],
        ...huggingFaceNames,
      ],
    },
    { savedBy: 'open_clip', landmark: 'visual.trunk.attn_pool.latent', ...timmNames('visual.trunk.') },
    { savedBy: 'timm', landmark: 'attn_pool.latent', ...timmNames() },
  ],
};
