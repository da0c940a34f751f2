/** Options of training that say which model is trained and what it starts from. */
import { headKinds, headNames } from '../../heads/table.js';
import { oneOf, text } from '../../support/options/option-kinds.js';
import { fromPresets } from '../presets.js';
import type { TrainOptionGroup } from './train-option.js';

/** Prefix of a run as a source of weights: `run:NAME`. */
export const runPrefix = 'run:';

export const modelOptions = {
  backbone: {
    kind: text('the name of a backbone, or an ONNX file'),
    placeholder: 'NAME|FILE',
    description: 'image encoder',
    default: 'clip-tiny',
    reason: 'needs no weights and no GPU',
    changesResult: true,
  },
  weights: {
    kind: text('random, published, hf:OWNER/NAME, a file or folder (safetensors or PyTorch), or own: those in the ONNX file'),
    placeholder: 'SOURCE',
    description: 'weights that the encoder starts from',
    details: 'Published weights are downloaded from the Hugging Face hub, once.',
    default: 'random',
    preset: fromPresets('weights'),
    reason: 'there are no published weights for clip-tiny',
    changesResult: true,
  },
  head: {
    kind: oneOf(headNames),
    placeholder: 'KIND',
    description: headNames.join(', '),
    details: `The head turns an embedding into a score. ${headNames.map((name) => `${name}: ${headKinds[name].summary}`).join('; ')}.`,
    default: 'prompts',
    reason: "QualiCLIP's",
    changesResult: true,
  },
  prompts: {
    kind: text('auto, antonyms, ma-clip, stored, seeded, prototypes, learnable, or a JSON file such as [["Good photo.", "Bad photo."]]'),
    placeholder: 'SOURCE',
    description: 'pairs of opposite texts',
    details:
      'Crops are compared with them by --head prompts and --head magnitude. antonyms: the seven of QualiCLIP; ma-clip: the five of MA-CLIP. ' +
      'Without words: seeded, directions from the seed; prototypes, for each group of distortions the mean embedding of pristine crops and that of ' +
      'strongly degraded ones. learnable trains them with the encoder, from those of auto, or learnable:SOURCE from others.',
    default: 'auto',
    reason:
      'those stored with the weights, else the seven antonym pairs, for --head magnitude ma-clip; without a text encoder, directions from the seed',
    changesResult: true,
  },
  freeze: {
    kind: text('parts separated by commas, such as stem,layer1, or none'),
    placeholder: 'PART,...',
    description: 'parts that keep their weights',
    details: 'They keep their statistics too.',
    default: 'none',
    reason: 'all of QualiCLIP is trained; every frozen part at the beginning saves time and memory',
    changesResult: true,
  },
  batchNorm: {
    kind: oneOf(['frozen', 'train']),
    placeholder: 'frozen|train',
    description: 'batch normalization',
    details: 'Frozen: the statistics that the weights came with. Train: those of the batch.',
    default: 'train',
    preset: fromPresets('batchNorm'),
    reason: 'random weights have no statistics yet; those of published weights are better than those of a batch of few photographs',
    changesResult: true,
  },
  positionalEmbedding: {
    kind: oneOf(['drop', 'keep', 'none']),
    placeholder: 'HOW',
    description: 'drop, keep or none',
    details:
      "drop and keep are about the positional embedding of a ResNet's attention pool; kept, it is interpolated for other sizes than 224 pixels. " +
      "none leaves out that of CLIP's vision transformers too, as MA-CLIP's authors do.",
    default: 'drop',
    reason: 'as in QualiCLIP: quality does not depend on the place',
    changesResult: true,
  },
  output: {
    kind: text('the name of an output, or auto'),
    placeholder: 'NAME',
    description: 'output of an ONNX backbone',
    details: 'The name of the output that is the embedding, [N, D].',
    default: 'auto',
    reason: 'the only output, or image_embeds or pooler_output',
    changesResult: true,
  },
  mean: {
    kind: text('three numbers separated by commas, or auto'),
    placeholder: 'R,G,B',
    description: 'pixel mean of an ONNX backbone',
    details: 'The backbone expects it to be subtracted from pixels in 0..1.',
    default: 'auto',
    reason: "ImageNet's 0.485,0.456,0.406, as most encoders",
    changesResult: true,
  },
  std: {
    kind: text('three numbers separated by commas, or auto'),
    placeholder: 'R,G,B',
    description: 'pixel deviation of an ONNX backbone',
    details: 'The backbone expects pixels in 0..1 to be divided by it after --mean is subtracted.',
    default: 'auto',
    reason: "ImageNet's 0.229,0.224,0.225, as most encoders",
    changesResult: true,
  },
} satisfies TrainOptionGroup;
