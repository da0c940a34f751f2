/** Options of training about the head `mlp`. */
import { activationNames } from '../../heads/activations.js';
import { oneOf, text } from '../../support/options/option-kinds.js';
import type { TrainOptionGroup } from './train-option.js';

/** `--head-weights` where the head starts from the seed. */
export const noHeadWeights = 'none';

export const mlpOptions = {
  activation: {
    kind: oneOf(activationNames),
    placeholder: 'NAME',
    description: 'activation of --head mlp',
    details: `One of ${activationNames.join(', ')}. sigmoid is followed by a leaky ReLU, gated by a PReLU.`,
    default: 'gated',
    reason: "AGM's gate, one for each channel; its authors' figures put a sigmoid within .01 of it",
    changesResult: true,
  },
  gateGamma: {
    kind: oneOf(['off', 'on']),
    placeholder: 'on|off',
    description: "learned factor of the gate's sigmoid",
    details: 'For --head mlp --activation gated.',
    default: 'off',
    reason: "off in AGM's published program, on in some of its checkpoints",
    changesResult: true,
  },
  headWeights: {
    kind: text('none, or the path of an mlp.pt'),
    placeholder: 'FILE',
    description: 'parameters of --head mlp',
    details: "The mlp.pt that AGM's authors saved, which says which activation it has. It saw opinions.",
    default: noHeadWeights,
    reason: 'drawn from the seed',
    changesResult: true,
  },
} satisfies TrainOptionGroup;
