/** The layouts that PE-Core is published in: the authors' (`.pt`, whose names are OpenAI's), open_clip's, and timm's image encoders. */
import { timmNames } from '../weights/transformer-names.js';
import type { WeightsLayout, WeightsReader } from '../weights/weights-layout.js';

/** @param prefix see `timmNames` */
function timmLayout(prefix: '' | 'visual.trunk.'): Omit<WeightsLayout, 'savedBy' | 'landmark'> {
  // the bias of the last layer, which the authors' model has none of, is zero
  return { ...timmNames(prefix), ignored: new RegExp(`^${prefix.replaceAll('.', '\\.')}head\\.bias$`) };
}

export const peCoreReader: WeightsReader = {
  family: 'PE-Core',
  layouts: [
    { savedBy: 'its authors', landmark: 'visual.attn_pool.probe' },
    { savedBy: 'open_clip', landmark: 'visual.trunk.attn_pool.latent', ...timmLayout('visual.trunk.') },
    { savedBy: 'timm', landmark: 'attn_pool.latent', ...timmLayout('') },
  ],
};
