/** The options of training, as data: parsing, help, configuration files and `config.json` all follow from this table. */

import { parseDistortionPool } from '../degrade/composition.js';
import type { DistortionName } from '../degrade/distortions/table.js';
import { kadid10k } from '../degrade/kadid10k.js';
import { headNames } from '../heads/table.js';
import { cropMultiple, largestCrop } from '../pairs/crops.js';
import { deviceNames } from '../runtime/devices/choose-device.js';
import { noProviderOptions } from '../runtime/devices/provider-options.js';
import { UserError } from '../support/errors.js';
import { number, numberOr, oneOf, text, wholeNumber } from '../support/options/option-kinds.js';
import type { DerivedDefault, Option, OptionTable, OptionValues } from '../support/options/option-table.js';
import { fromPresets } from './presets.js';

/** What derived defaults follow from. */
interface DefaultInputs {
  readonly backbone: string;
  readonly steps: number;
  /** Processors of this machine. */
  readonly cores: number;
}

type NumberDefault = DerivedDefault<number, DefaultInputs>;

const warmupSteps: NumberDefault = {
  text: '50, but at most a tenth of the steps',
  derive: ({ steps }) => Math.min(50, Math.floor(steps / 10)),
};
const evaluateEvery: NumberDefault = { text: 'a fifth of the steps', derive: ({ steps }) => Math.max(1, Math.round(steps / 5)) };
const workers: NumberDefault = { text: 'one less than the processors', derive: ({ cores }) => Math.min(16, Math.max(1, cores - 1)) };

/** `--distortion`: those that are drawn from unless a person names others. */
const kadidDistortions = 'kadid-10k';

/** @throws UserError with the nearest name for an unknown one. */
export function distortionsOf({ distortion }: { readonly distortion: string }): readonly DistortionName[] {
  return distortion === kadidDistortions ? kadid10k : parseDistortionPool(distortion.split(',').map((name) => name.trim()));
}

/** The option's value for a list of distortions. */
export function textOfDistortions(distortions: readonly string[]): string {
  return String(distortions) === String(kadid10k) ? kadidDistortions : distortions.join(',');
}

/** `--pairs` when pairs are made while training. */
export const noPairs = 'none';
/** `--pairs-sha256` when any will do. */
export const anyPairs = 'any';

export const trainOptions = {
  levels: {
    kind: wholeNumber({ min: 2, max: 20 }),
    placeholder: 'count',
    description: 'severity levels of every distortion, besides the pristine one',
    default: 5,
    reason: 'as in QualiCLIP and KADID-10k',
    changesResult: true,
  },
  backbone: {
    kind: text('the name of a backbone, or an ONNX file'),
    placeholder: 'name|file',
    description: 'image encoder to train',
    default: 'clip-tiny',
    reason: 'needs no weights and no GPU',
    changesResult: true,
  },
  weights: {
    kind: text('random, published, hf:OWNER/NAME, a file or folder (safetensors or PyTorch), or own: those in the ONNX file'),
    placeholder: 'source',
    description: 'what the image encoder starts from',
    default: 'random',
    preset: fromPresets('weights'),
    reason: 'nobody has published any of clip-tiny; published weights come from the Hugging Face hub, once',
    changesResult: true,
  },
  output: {
    kind: text('the name of an output, or auto'),
    placeholder: 'name',
    description: 'of an ONNX file: the output [N, embedding] that is trained',
    default: 'auto',
    reason: 'the only one, or image_embeds or pooler_output',
    changesResult: true,
  },
  mean: {
    kind: text('three numbers separated by commas, or auto'),
    placeholder: 'r,g,b',
    description: 'of an ONNX file: what it expects to be subtracted from pixels in 0..1',
    default: 'auto',
    reason: "ImageNet's 0.485,0.456,0.406, as most encoders",
    changesResult: true,
  },
  std: {
    kind: text('three numbers separated by commas, or auto'),
    placeholder: 'r,g,b',
    description: 'of an ONNX file: what it expects pixels to be divided by after that',
    default: 'auto',
    reason: "ImageNet's 0.229,0.224,0.225, as most encoders",
    changesResult: true,
  },
  freeze: {
    kind: text('parts separated by commas, such as stem,layer1, or none'),
    placeholder: 'part,...',
    description: 'parts of the image encoder that keep their weights and statistics',
    default: 'none',
    reason: 'all of QualiCLIP is trained; every part left out at the beginning saves time and memory',
    changesResult: true,
  },
  batchNorm: {
    kind: oneOf(['frozen', 'train']),
    placeholder: 'how',
    description: 'statistics of batch normalisation: those that the weights came with, or of the batch',
    default: 'train',
    preset: fromPresets('batchNorm'),
    reason: 'random weights have no statistics yet; those of published weights are better than those of a batch of few photographs',
    changesResult: true,
  },
  positionalEmbedding: {
    kind: oneOf(['drop', 'keep']),
    placeholder: 'how',
    description: "positional embedding of a ResNet's attention pool; kept, it is interpolated for other sizes than 224 pixels",
    default: 'drop',
    reason: 'as in QualiCLIP: quality does not depend on the place',
    changesResult: true,
  },
  head: {
    kind: oneOf(headNames),
    placeholder: 'kind',
    description:
      'what turns an embedding into a score: similarities to antonym prompts, or a linear regression that is trained with the encoder',
    default: 'prompts',
    reason: "QualiCLIP's",
    changesResult: true,
  },
  prompts: {
    kind: text('auto, antonyms, stored, seeded, or a JSON file such as [["Good photo.", "Bad photo."]]'),
    placeholder: 'source',
    description: 'pairs of opposite texts that crops are compared with, for --head prompts',
    default: 'auto',
    reason: 'those stored with the weights, else the seven antonym pairs, without a text encoder seeded directions',
    changesResult: true,
  },
  data: {
    kind: text('the name of a data set or a folder of images'),
    placeholder: 'name|folder',
    description: 'pristine images',
    default: 'procedural',
    reason: 'rendered from the seed: needs no photographs',
    changesResult: true,
  },
  downscale: {
    kind: numberOr('auto', { min: 1, max: 16 }),
    placeholder: 'factor|auto',
    description:
      'factor by which photographs are reduced, so that traces of JPEG, blur and noise vanish; auto: as much as a sample of them needs',
    default: 1,
    reason: 'they are taken to be pristine; degrade --check says whether they are',
    changesResult: true,
  },
  pairs: {
    kind: text('a folder of shards'),
    placeholder: 'folder',
    description: 'pairs made before by degrade --format tar, with the data, levels, crop and seed that they were made from',
    default: noPairs,
    reason: 'made while training',
    changesResult: true,
  },
  pairsSha256: {
    kind: text('a SHA-256'),
    placeholder: 'hash',
    description: 'of the indexes of --pairs: others are refused',
    default: anyPairs,
    reason: 'noted when a run begins',
    changesResult: true,
  },
  steps: {
    kind: wholeNumber({ min: 1, max: 10_000_000 }),
    placeholder: 'count',
    description: 'updates of the weights; the learning rate falls to its end over them, so a resumed run keeps them',
    default: 1500,
    reason: 'clip-tiny orders blur and noise almost perfectly by then, JPEG mostly, in minutes on two cores',
    changesResult: true,
  },
  batchSize: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'photographs',
    description: 'photographs per gradient, each 2 (levels + 1) crops',
    default: 8,
    preset: fromPresets('batchSize'),
    reason: 'fewer make batch statistics noisy, more make steps slow',
    changesResult: true,
  },
  accumulate: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'count',
    description: 'gradients summed up for one update',
    default: 1,
    preset: fromPresets('accumulate'),
    reason: 'more only when a larger batch does not fit into memory',
    changesResult: true,
  },
  recompute: {
    kind: oneOf(['off', 'on']),
    placeholder: 'how',
    description:
      'on: the backward pass computes most of the forward pass once more instead of keeping it: larger batches in less memory, slower steps',
    default: 'off',
    reason:
      '--accumulate takes less memory too, and no longer; a loss over more photographs at a time needs this. A run may go on with the other',
    changesResult: false,
  },
  crop: {
    kind: wholeNumber({ min: cropMultiple, max: largestCrop, multipleOf: cropMultiple }),
    placeholder: 'pixels',
    description: 'side of the crops',
    default: 64,
    preset: fromPresets('crop'),
    reason: 'eight JPEG blocks across show every distortion; more steps on smaller crops teach clip-tiny more in the same time',
    changesResult: true,
  },
  lr: {
    kind: number({ min: 1e-12, max: 1 }),
    placeholder: 'rate',
    description: 'learning rate after the warm-up',
    default: 2.5e-3,
    preset: fromPresets('lr'),
    reason: 'random weights need large steps, pretrained ones small steps',
    changesResult: true,
  },
  lrFloor: {
    kind: number({ min: 0, max: 1 }),
    placeholder: 'share',
    description: 'learning rate of the last step, as a share of --lr',
    default: 0.01,
    reason: 'the last steps settle, and still count',
    changesResult: true,
  },
  warmupSteps: {
    kind: wholeNumber({ min: 0, max: 10_000_000 }),
    placeholder: 'count',
    description: 'steps over which the learning rate rises from zero',
    default: warmupSteps,
    reason: "AdamW's first steps know little of the gradient's scale",
    changesResult: true,
  },
  weightDecay: {
    kind: number({ min: 0, max: 1 }),
    placeholder: 'rate',
    description: "AdamW's weight decay",
    default: 0.01,
    reason: "AdamW's usual value",
    changesResult: true,
  },
  ema: {
    kind: number({ min: 0, max: 0.99999 }),
    placeholder: 'decay',
    description: 'decay per step of a moving average of the weights, which is then evaluated and exported; 0 for none',
    default: 0,
    reason: 'the learning rate falls to almost nothing, which averages too; .999 costs the memory of one more copy of the weights',
    changesResult: true,
  },
  clipNorm: {
    kind: number({ min: 1e-6, max: 1e6 }),
    placeholder: 'norm',
    description: 'longest gradient; longer ones are shortened to it',
    default: 1,
    reason: 'one odd batch must not undo many steps',
    changesResult: true,
  },
  marginConsistency: {
    kind: number({ min: 0, max: 2 }),
    placeholder: 'cosine',
    description: 'difference allowed between the cues of two crops of one photograph',
    default: 2.5e-3,
    reason: 'a starting value: none is published',
    changesResult: true,
  },
  marginRank: {
    kind: number({ min: 0, max: 2 }),
    placeholder: 'cosine',
    description: 'difference asked for between the cues of any two levels',
    default: 6.75e-2,
    reason: "QualiCLIP's, from a grid search",
    changesResult: true,
  },
  lossAcross: {
    kind: number({ min: 0, max: 100 }),
    placeholder: 'weight',
    description: 'weight of ranking clearly different levels of different photographs; 0 for none',
    default: 0,
    reason: 'as in QualiCLIP, whose encoder makes photographs comparable; what it brings to a small one is not measured yet',
    changesResult: true,
  },
  distortion: {
    kind: text('names of distortions or groups separated by commas, all, or kadid-10k'),
    placeholder: 'name,...',
    description: 'distortions to train on and to measure held-out images with; see degrade --list',
    default: kadidDistortions,
    reason: "the 24 of KADID-10k, as in QualiCLIP; pipeline for today's cameras and codecs, blur,pipeline for capture",
    changesResult: true,
  },
  maxDistortions: {
    kind: wholeNumber({ min: 1, max: 7 }),
    placeholder: 'count',
    description: 'distortions combined in one composition, each of another group, at most',
    default: 4,
    reason: 'as in QualiCLIP',
    changesResult: true,
  },
  heldOut: {
    kind: wholeNumber({ min: 1, max: 1024 }),
    placeholder: 'images',
    description: 'images that training never sees, for evaluation',
    default: 12,
    preset: fromPresets('heldOut'),
    reason: 'enough to tell models apart, in seconds',
    changesResult: true,
  },
  evaluateEvery: {
    kind: wholeNumber({ min: 1, max: 10_000_000 }),
    placeholder: 'steps',
    description: 'steps between evaluations, each with a checkpoint; there is one after the last step too',
    default: evaluateEvery,
    reason: 'the best of five is kept',
    changesResult: true,
  },
  seed: {
    kind: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    placeholder: 'number',
    description: 'fixes everything random',
    default: 1,
    reason: 'equal seeds give equal models',
    changesResult: true,
  },
  engine: {
    kind: oneOf(['onnxruntime', 'tensorflow']),
    placeholder: 'name',
    description: 'what computes the steps; results agree within rounding, and a run may go on with the other one',
    default: 'onnxruntime',
    reason: 'is installed with this program; tensorflow uses @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node where they are',
    changesResult: false,
  },
  device: {
    kind: oneOf(deviceNames),
    placeholder: 'name',
    description: 'where ONNX Runtime computes the steps: the processor, any GPU, an NVIDIA GPU, or the fastest of them that is there',
    default: 'cpu',
    reason: 'is always there; "npm run devices" lists what this machine offers. A run may go on with another one',
    changesResult: false,
  },
  providerOptions: {
    kind: text('name=value pairs separated by commas, or none'),
    placeholder: 'name=value,...',
    description:
      "with --device cuda or webgpu, options of ONNX Runtime's provider by its names, such as device_id=1 for the second card of CUDA",
    default: noProviderOptions,
    reason: "ONNX Runtime's defaults",
    changesResult: false,
  },
  graphCapture: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description:
      'with --device webgpu or cuda, record the launches of the first step and replay them: the processor then takes a fraction of the time ' +
      'to tell the device what to do',
    default: 'off',
    reason:
      'a model must be computed by the device alone, and by kernels that it can record: a first replay is compared with what was recorded',
    changesResult: false,
  },
  tf32: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'with --device cuda, round the factors of products to 10 bits (TF32): faster on Ampere and newer',
    default: 'off',
    reason: 'then every device agrees with the others to rounding',
    changesResult: true,
  },
  precision: {
    kind: oneOf(['fp32', 'mixed']),
    placeholder: 'name',
    description: 'of the steps; mixed: products in half precision, weights, sums and AdamW in float32, with a loss scale',
    default: 'fp32',
    reason: 'every device agrees with the others to rounding; mixed takes less time and memory on GPUs that have half precision',
    changesResult: true,
  },
  workers: {
    kind: wholeNumber({ min: 1, max: 64 }),
    placeholder: 'count',
    description: 'threads that make distorted crops; the result does not depend on it',
    default: workers,
    reason: 'one is left for the training step',
    changesResult: false,
  },
} satisfies OptionTable &
  Record<string, Option<number, DefaultInputs> | Option<string, DefaultInputs> | Option<number | 'auto', DefaultInputs>>;

export type TrainOptions = OptionValues<typeof trainOptions>;

/**
 * What a run may change when it goes on, although results depend on it: the parts in which the photographs of an update are computed.
 * They stay the same photographs, and where memory does not suffice there is no other way.
 */
export function isOtherSplit(key: string, wanted: TrainOptions, saved: TrainOptions): boolean {
  const photographs = ({ batchSize, accumulate }: TrainOptions): number => batchSize * accumulate;
  return (key === 'batchSize' || key === 'accumulate') && photographs(wanted) === photographs(saved);
}

/** Rules between options. @throws UserError when one is broken. */
export function checkTrainOptions(options: TrainOptions): void {
  const { warmupSteps, steps, lossAcross, batchSize, engine, device, precision, recompute, graphCapture } = options;
  distortionsOf(options);
  if (lossAcross > 0 && batchSize < 2)
    throw new UserError(`--loss-across compares photographs of one gradient: --batch-size must be at least 2, but received ${batchSize}`);
  if (engine === 'tensorflow' && device !== 'cpu')
    throw new UserError(
      `--device ${device} is for --engine onnxruntime: TensorFlow.js computes on the GPU where @tensorflow/tfjs-node-gpu is installed`,
    );
  if (graphCapture === 'on' && device === 'cpu')
    throw new UserError('--graph-capture on is for --device webgpu or cuda: the processor launches nothing');
  if (engine === 'tensorflow' && precision === 'mixed')
    throw new UserError('--precision mixed is for --engine onnxruntime: TensorFlow.js computes in float32 here');
  if (recompute === 'on' && (engine === 'tensorflow' || precision === 'mixed'))
    throw new UserError('--recompute on is for --engine onnxruntime --precision fp32: use --accumulate, which takes less memory too');
  if (warmupSteps > steps) throw new UserError(`--warmup-steps must be at most --steps, but received ${warmupSteps} of ${steps}`);
}
