/** The options of training, as data: parsing, help, configuration files and `config.json` all follow from this table. */
import { requireRankable } from '../degrade/published-severities.js';
import { UserError } from '../support/errors.js';
import { flagOf, type OptionValues } from '../support/options/option-table.js';
import { anyPairs, dataOptions, noPairs } from './options/data-options.js';
import { deviceOptions } from './options/device-options.js';
import { distortionsOf } from './options/distortion-names.js';
import { mlpOptions, noHeadWeights } from './options/mlp-options.js';
import { modelOptions } from './options/model-options.js';
import { noOpinions, opinionOptions } from './options/opinion-options.js';
import { optimisationOptions } from './options/optimisation-options.js';

export const trainOptions = { ...dataOptions, ...modelOptions, ...mlpOptions, ...opinionOptions, ...optimisationOptions, ...deviceOptions };

export type TrainOptions = OptionValues<typeof trainOptions>;

/**
 * True for options that a run may change on resume although results depend on them: the parts in which the photographs of an update are
 * computed. The photographs stay the same, and with too little memory there is no other way.
 */
export function isOtherSplit(key: string, wanted: TrainOptions, saved: TrainOptions): boolean {
  const photographs = ({ batchSize, accumulate }: TrainOptions): number => batchSize * accumulate;
  return (key === 'batchSize' || key === 'accumulate') && photographs(wanted) === photographs(saved);
}

/**
 * True for options that say where the images of a run are. Its list of images, or the hash of its stored pairs, says whether they are the same.
 * @param isRecorded true for a run that knows its images by content
 */
export function isOtherPlace(key: string, { pairs, pairsSha256 }: TrainOptions, isRecorded: boolean): boolean {
  if (key === 'pairs') return pairs !== noPairs && pairsSha256 !== anyPairs;
  return (key === 'data' || key === 'exclude') && isRecorded;
}

/** Rules between options. @throws UserError when one is broken. */
export function checkTrainOptions(options: TrainOptions): void {
  const { warmupSteps, steps, lossAcross, batchSize, accumulate, engine, device, precision, recompute, graphCapture } = options;
  requireRankable(distortionsOf(options), options.severity, options.pristineLevel === 'on');
  const { head } = options;
  const useless = (['activation', 'gateGamma', 'headWeights'] as const).find((key) => options[key] !== trainOptions[key].default);
  const { opinion, headWeights, pairs } = options;
  if (opinion === noOpinions) {
    if (headWeights !== noHeadWeights)
      throw new UserError('--head-weights saw opinions: train with --opinion, or export them. Leave it out.');
    const useless = (['images', 'imageColumn', 'mosColumn', 'direction', 'groupBy', 'split', 'testShare', 'opinionLoss'] as const).find(
      (key) => options[key] !== trainOptions[key].default,
    );
    if (useless !== undefined) throw new UserError(`${flagOf(useless)} is for --opinion. Leave it out.`);
  } else {
    if (head !== 'mlp') throw new UserError(`--opinion is for --head mlp, but received ${head}.`);
    if (batchSize * accumulate < 2)
      throw new UserError(
        '--opinion compares images of one update: --batch-size or --accumulate must be at least 2, but received 1 of both.',
      );
    if (pairs !== noPairs) throw new UserError('--pairs are for label-free training: leave out --pairs, or --opinion.');
    if (lossAcross > 0) throw new UserError('--loss-across is for label-free training: leave it out.');
  }
  if (head !== 'mlp' && useless !== undefined)
    throw new UserError(`${flagOf(useless)} is for --head mlp, but the head is ${head}. Leave it out.`);
  if (head === 'mlp' && options.prompts !== trainOptions.prompts.default)
    throw new UserError('--prompts are for a head that compares with them: the head mlp has none. Leave them out.');
  const ofLora = (['loraRank', 'loraAlpha'] as const).find((key) => options[key] !== trainOptions[key].default);
  if (options.tune !== 'lora' && ofLora !== undefined)
    throw new UserError(`${flagOf(ofLora)} is for --tune lora, but received --tune ${options.tune}.`);
  if (lossAcross > 0 && batchSize < 2)
    throw new UserError(`--loss-across compares photographs of one gradient: --batch-size must be at least 2, but received ${batchSize}.`);
  if (engine === 'tensorflow' && device !== 'cpu')
    throw new UserError(
      `--device ${device} is for --engine onnxruntime: TensorFlow.js computes on the GPU where @tensorflow/tfjs-node-gpu is installed.`,
    );
  if (graphCapture === 'on' && device === 'cpu')
    throw new UserError('--graph-capture on is for --device webgpu or cuda: the processor launches nothing.');
  if (engine === 'tensorflow' && precision === 'mixed')
    throw new UserError('--precision mixed is for --engine onnxruntime: TensorFlow.js computes in float32 here.');
  if (recompute === 'on' && (engine === 'tensorflow' || precision === 'mixed'))
    throw new UserError('--recompute on is for --engine onnxruntime --precision fp32: use --accumulate, which takes less memory too.');
  if (warmupSteps > steps) throw new UserError(`--warmup-steps must be at most --steps, but received ${warmupSteps} of ${steps}.`);
}
