/** Options that say which models are measured, and where they compute. */
import { texts } from '../../support/options/option-kinds.js';
import type { OptionTable } from '../../support/options/option-table.js';
import { exportedModelDevice, maxPixelsOption } from '../shared-options.js';

export const modelOptions = {
  model: {
    kind: texts('exported models or names of runs'),
    placeholder: 'FILE|RUN',
    description: 'models to compare',
    withoutIt: 'the model of this program',
  },
  maxPixels: maxPixelsOption,
  ...exportedModelDevice,
} satisfies OptionTable;
