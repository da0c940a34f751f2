/** Options of training that say how weights are updated: steps, learning rates, losses, evaluations. */
import { number, oneOf, wholeNumber } from '../../support/options/option-kinds.js';
import { fromPresets } from '../presets.js';
import type { NumberDefault, TrainOptionGroup } from './train-option.js';

const warmupSteps: NumberDefault = {
  text: 'min(50, steps / 10)',
  derive: ({ steps }) => Math.min(50, Math.floor(steps / 10)),
};
const evaluateEvery: NumberDefault = { text: 'steps / 5', derive: ({ steps }) => Math.max(1, Math.round(steps / 5)) };

export const optimisationOptions = {
  steps: {
    kind: wholeNumber({ min: 1, max: 10_000_000 }),
    placeholder: 'N',
    description: 'updates of the weights',
    details: 'The learning rate falls to its end over them, so a resumed run keeps them.',
    default: 700,
    preset: fromPresets('steps'),
    reason: 'by then, in minutes on two cores, clip-tiny orders blur, noise and JPEG almost perfectly',
    changesResult: true,
  },
  batchSize: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'N',
    description: 'photographs per gradient',
    details: 'Each gives 2 (levels + 1) crops.',
    default: 16,
    preset: fromPresets('batchSize'),
    reason: 'fewer make batch statistics noisy and runs of different seeds unequal, more make steps slow',
    changesResult: true,
  },
  accumulate: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'N',
    description: 'gradients summed for one update',
    details: 'Under mpirun or srun, those of all processes together.',
    default: 1,
    preset: fromPresets('accumulate'),
    reason: 'more only when a larger batch does not fit into memory',
    changesResult: true,
  },
  recompute: {
    kind: oneOf(['off', 'on']),
    placeholder: 'on|off',
    description: 'less memory, slower steps',
    details:
      'The backward pass computes most of the forward pass again instead of keeping it, so that larger batches fit. Prefer --accumulate, ' +
      'which saves memory at no cost in time; use this only if the loss must see more photographs at once. Can be changed on resume.',
    default: 'off',
    reason: '--accumulate is faster',
    changesResult: false,
  },
  lr: {
    kind: number({ min: 1e-12, max: 1 }),
    placeholder: 'RATE',
    description: 'learning rate after the warm-up',
    default: 3.5e-3,
    preset: fromPresets('lr'),
    reason: 'random weights need large steps, pretrained ones small steps',
    changesResult: true,
  },
  lrHead: {
    kind: number({ min: 1e-6, max: 1e9 }),
    placeholder: 'FACTOR',
    description: "factor of --lr for the head's parameters",
    details: 'Those of --head regression and mlp, and of learnable prompts.',
    default: 1,
    preset: fromPresets('lrHead'),
    reason: 'encoder and head start at random alike',
    changesResult: true,
  },
  lrFloor: {
    kind: number({ min: 0, max: 1 }),
    placeholder: 'SHARE',
    description: 'last rate, as a share of --lr',
    default: 0.01,
    reason: 'the last steps settle, and still count',
    changesResult: true,
  },
  warmupSteps: {
    kind: wholeNumber({ min: 0, max: 10_000_000 }),
    placeholder: 'N',
    description: 'steps of rising rate',
    default: warmupSteps,
    reason: "AdamW's first steps know little of the gradient's scale",
    changesResult: true,
  },
  weightDecay: {
    kind: number({ min: 0, max: 1 }),
    placeholder: 'RATE',
    description: "AdamW's weight decay",
    default: 0.01,
    reason: "AdamW's usual value",
    changesResult: true,
  },
  ema: {
    kind: number({ min: 0, max: 0.99999 }),
    placeholder: 'DECAY',
    description: 'average weights over steps; 0: do not',
    details: 'Decay per step of a moving average of the weights, which is then evaluated and exported.',
    default: 0,
    reason: 'the learning rate falls to almost nothing, which averages too; .999 costs the memory of one more copy of the weights',
    changesResult: true,
  },
  clipNorm: {
    kind: number({ min: 1e-6, max: 1e6 }),
    placeholder: 'NORM',
    description: 'norm that longer gradients are cut to',
    default: 1,
    reason: 'one odd batch must not undo many steps',
    changesResult: true,
  },
  marginConsistency: {
    kind: number({ min: 0, max: 2 }),
    placeholder: 'COS',
    description: 'difference allowed between two crops',
    details: 'It is between the cues of two crops of one photograph.',
    default: 2.5e-3,
    reason: 'a starting value: none is published',
    changesResult: true,
  },
  marginRank: {
    kind: number({ min: 0, max: 2 }),
    placeholder: 'COS',
    description: 'difference asked for between levels',
    details: 'It is between the cues of any two levels.',
    default: 0.03,
    preset: fromPresets('marginRank'),
    reason: 'a smaller one leaves more of the loss to the pairs in the wrong order, such as a pristine crop and a mild JPEG',
    changesResult: true,
  },
  lossAcross: {
    kind: number({ min: 0, max: 100 }),
    placeholder: 'WEIGHT',
    description: 'rank across photographs; 0: do not',
    details: 'Weight of the loss that ranks clearly different levels of different photographs.',
    default: 0,
    reason: 'as in QualiCLIP, whose encoder makes photographs comparable; its benefit for a small encoder is not measured yet',
    changesResult: true,
  },
  evaluateEvery: {
    kind: wholeNumber({ min: 1, max: 10_000_000 }),
    placeholder: 'N',
    description: 'steps between evaluations',
    details: 'Each writes a checkpoint; there is one after the last step too.',
    default: evaluateEvery,
    reason: 'the best of five is kept',
    changesResult: true,
  },
  degradations: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'say what is wrong with an image, too',
    details:
      'The file has a further output "degradations", float32 [batch, groups], 0 to 1, which score --why reads: the part of the model that ships which ' +
      'tells it, 1.9 MB, whatever the encoder. Where it would report more than one in twenty of the photographs of a run, it becomes more cautious. Can be ' +
      'changed on resume.',
    default: 'on',
    reason: 'a score alone does not say what to do about a photograph',
    changesResult: false,
  },
} satisfies TrainOptionGroup;
