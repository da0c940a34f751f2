/** The options that a run was started with, whichever version of this program started it. */

import type { OpenRun } from '../runs/run-directory.js';
import { noProviderOptions } from '../runtime/devices/provider-options.js';
import { parseSavedForm, type ResolvedOptions } from '../support/options/option-table.js';
import { anyPairs, noPairs, noPatterns } from './options/data-options.js';
import { noHeadWeights } from './options/mlp-options.js';
import { noOpinions } from './options/opinion-options.js';
import { type TrainOptions, trainOptions } from './options.js';

/**
 * The behavior of runs older than an option, which they keep. An option that is added to `trainOptions` is added
 * here, with the value that changes nothing; presets and later defaults are not for them.
 */
export const beforeOptions = {
  weights: 'random',
  head: 'prompts',
  prompts: 'auto',
  activation: 'gated',
  gateGamma: 'off',
  headWeights: noHeadWeights,
  pairs: noPairs,
  pairsSha256: anyPairs,
  freeze: 'none',
  batchNorm: 'train',
  positionalEmbedding: 'drop',
  chooseOn: 'all',
  exclude: noPatterns,
  downscale: 1,
  ema: 0,
  output: 'auto',
  mean: 'auto',
  std: 'auto',
  engine: 'onnxruntime',
  distortion: 'kadid-10k',
  severity: 'ordered',
  sampling: 'uniform',
  pristineLevel: 'on',
  lossAcross: 0,
  opinion: noOpinions,
  images: 'auto',
  imageColumn: 'image',
  mosColumn: 'mos',
  direction: 'auto',
  groupBy: 'auto',
  split: 1,
  testShare: 0.2,
  opinionLoss: 'correlation',
  tune: 'whole',
  loraRank: 4,
  loraAlpha: 8,
  lrHead: 1,
  device: 'cpu',
  providerOptions: noProviderOptions,
  tf32: 'off',
  graphCapture: 'off',
  degradations: 'on',
  precision: 'fp32',
  recompute: 'off',
} satisfies Partial<TrainOptions>;

/** @throws UserError when `config.json` is damaged, or a newer version of this program wrote it. */
export function optionsOfRun({ config, folder }: OpenRun): ResolvedOptions<typeof trainOptions> {
  return parseSavedForm(trainOptions, config, folder.config, beforeOptions);
}
