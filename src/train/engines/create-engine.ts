/** The engine that the options name, with the part of the setup that it needs. */
import { type Peers, partsOf } from '../../peers/peers.js';
import { chooseDevice } from '../../runtime/devices/choose-device.js';
import { cardOf } from '../../runtime/devices/cuda-card.js';
import type { DeviceSetup } from '../../runtime/devices/device.js';
import { objectiveOf } from '../objective.js';
import type { TrainingSetup } from '../training-setup.js';
import type { Engine, EngineOptions } from './engine.js';
import { createOnnxRuntimeEngine } from './onnxruntime.js';
import { createTensorFlowEngine } from './tensorflow.js';

/**
 * An engine in the state that training starts from; call it once: it takes the starting parameters away.
 * @param threads of its kernels; default: one for each physical core that is for this process
 * @throws UserError when the device is not available or has too little memory.
 */
export async function createEngine(setup: TrainingSetup, threads?: number): Promise<Engine> {
  const create = setup.options.engine === 'tensorflow' ? createTensorFlowEngine : createOnnxRuntimeEngine;
  return create(await engineOptions(setup, threads));
}

/** The part of a setup that engines see. */
export async function engineOptions(
  { options, model, start, peers }: TrainingSetup,
  threads: number | undefined = peers.threads,
): Promise<EngineOptions> {
  const parts = partsOf(peers, options.accumulate);
  return {
    model,
    accumulate: parts.count,
    crop: options.crop,
    ...objectiveOf(options),
    optimizer: {
      beta1: 0.9,
      beta2: 0.98,
      epsilon: 1e-8,
      weightDecay: options.weightDecay,
      clipNorm: options.clipNorm,
      headRate: options.lrHead,
    },
    averageDecay: options.ema,
    recompute: options.recompute === 'on',
    seed: options.seed,
    parameters: start.parameters,
    ...ownCard(await chooseDevice({ ...options, tf32: options.tf32 === 'on' }), peers),
    graphCapture: options.graphCapture === 'on',
    precision: options.precision,
    ...(threads !== undefined && { threads }),
    ...(peers.size > 1 && { sharing: { peers, parts } }),
  };
}

/** Each of several processes on a machine computes on a card of its own, unless options name one. */
function ownCard(setup: DeviceSetup, { localRank, localSize }: Peers): DeviceSetup {
  if (setup.device !== 'cuda' || localSize === 1 || setup.providerOptions?.device_id !== undefined) return setup;
  return { ...setup, providerOptions: { ...setup.providerOptions, device_id: String(cardOf(localRank, process.env)) } };
}
