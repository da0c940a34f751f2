/** Weights and their figures on held-out pairs: the part of a training run that an export shows and proves. */
import type { DeviceSetup } from '../runtime/devices/device.js';
import { UserError } from '../support/errors.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { partsOfHeldOut } from '../train/data/choosing-images.js';
import type { HeldOutPair, HeldOutWatch } from '../train/data/held-out.js';
import { openMeasuredModel } from '../train/engines/measured-model.js';
import { measureHeldOut } from '../train/evaluation.js';
import { buildMeasuringGraph } from '../train/graphs/measuring-graph.js';
import { initialTensors, scoringTensors } from '../train/graphs/state.js';
import { mergeLowRank } from '../train/low-rank.js';
import { loadCheckpointOf, type TrainingSession } from '../train/training-session.js';
import type { TrainingSetup } from '../train/training-setup.js';

export interface Measurement {
  readonly setup: TrainingSetup;
  /** Number of steps that the weights were trained; 0: not here. */
  readonly step: number;
  /** Parameters and buffers by name. */
  readonly tensors: NamedTensors;
  /** The held-out pairs that are reported. */
  readonly heldOut: readonly HeldOutPair[];
  /** The head's measurements of their crops: see `measureHeldOut`. */
  readonly measured: readonly Float32Array[];
  /** Other held-out images that chose the checkpoint, and their measurements, which the scale is fitted to; absent: the reported ones. */
  readonly choosing?: { readonly images: number; readonly measured: readonly Float32Array[] } | undefined;
  /** True when the kernels that measured them are those that `checkParity` runs the file with. */
  readonly kernels: 'same' | 'other';
  /** Device on which the file is compared with them; default: the processor. */
  readonly device?: DeviceSetup;
  /** Number of crops that the weights were fitted to, if they were neither trained in steps nor published. */
  readonly fitted?: { readonly method: string; readonly samples: number };
}

export interface ExportWatch extends HeldOutWatch {
  /** The held-out pairs are there, and are measured. */
  onMeasure(): void;
}

/**
 * Measures weights without an engine that trains.
 * @param checkpoint of a run; without it, the weights that the setup starts from
 * @throws UserError when the checkpoint does not fit or no held-out image can be used.
 */
export async function measureSetup(setup: TrainingSetup, checkpoint: string | undefined, watch: ExportWatch): Promise<Measurement> {
  const weights = await weightsOf(setup, checkpoint);
  const heldOut = await heldOutOf(setup, watch);
  watch.onMeasure();
  return measureWeights(setup, weights, heldOut);
}

/**
 * Measures the checkpoint of a session with its engine, where that has kernels of its own, which the proof then spans, and computes as
 * precisely as parity asks for. The session is closed first where it is not needed: the export takes no memory beside it.
 * @throws UserError when the checkpoint is damaged.
 */
export async function measureSession(session: TrainingSession, checkpoint: string): Promise<Measurement> {
  const { setup, engine } = session;
  const heldOut = await session.allHeldOut();
  const { engine: name, device, tf32 } = setup.options;
  if ((name === 'onnxruntime' && device === 'cpu') || tf32 === 'on') {
    await session.close();
    return measureWeights(setup, await weightsOf(setup, checkpoint), heldOut);
  }
  const { step, tensors } = await session.restore(checkpoint);
  const parts = await measureParts(engine, heldOut, setup);
  await session.close();
  return { setup: merged(setup), step, tensors: mergedTensors(setup, scoringTensors(tensors)), ...parts, kernels: 'other' };
}

/** Measures those that are reported, and those that chose the checkpoint where they are others. */
async function measureParts(
  model: Parameters<typeof measureHeldOut>[0],
  pairs: readonly HeldOutPair[],
  { data, options: { crop } }: TrainingSetup,
): Promise<Pick<Measurement, 'heldOut' | 'measured' | 'choosing'>> {
  const { choosing, reported } = partsOfHeldOut(pairs, data.choosingOf);
  const own = { heldOut: reported, measured: await measureHeldOut(model, reported, crop) };
  if (choosing === reported) return own;
  const images = new Set(choosing.map(({ pair }) => pair.record.image)).size;
  return { ...own, choosing: { images, measured: await measureHeldOut(model, choosing, crop) } };
}

/** The setup of a model whose changes of low rank are part of its weights. */
function merged(setup: TrainingSetup): TrainingSetup {
  return { ...setup, model: { ...setup.model, lowRank: undefined } };
}

function mergedTensors({ model: { lowRank } }: TrainingSetup, tensors: NamedTensors): NamedTensors {
  return lowRank ? mergeLowRank(tensors, lowRank) : tensors;
}

/** Weights to export. */
type MeasuredWeights = Pick<Measurement, 'step' | 'tensors'>;

/** Measures weights on held-out pairs with the kernels that run exported files on the processor. */
async function measureWeights(
  setup: TrainingSetup,
  { step, tensors: stored }: MeasuredWeights,
  heldOut: readonly HeldOutPair[],
): Promise<Measurement> {
  const own = merged(setup);
  const tensors = mergedTensors(setup, stored);
  const model = await openMeasuredModel(own.model, setup.options.crop, tensors);
  try {
    return { setup: own, step, tensors, ...(await measureParts(model, heldOut, setup)), kernels: 'same' };
  } finally {
    await model.close();
  }
}

async function heldOutOf({ data }: TrainingSetup, watch: HeldOutWatch): Promise<HeldOutPair[]> {
  const feed = data.open();
  try {
    return await feed.heldOut(watch);
  } finally {
    await feed.close();
  }
}

/** The parameters that the setup has read, and the others as training would draw them. */
function startingTensors({ model, start, options }: TrainingSetup): NamedTensors {
  const { specs } = buildMeasuringGraph(model, options.crop).parameters;
  const others = [...specs.values()].filter(({ name }) => !start.parameters[name]);
  return { ...start.parameters, ...initialTensors(others, options.seed) };
}

/**
 * @param path of a checkpoint; without it, the weights that the setup starts from
 * @throws UserError when the checkpoint is damaged or of another model or other images.
 */
async function weightsOf(setup: TrainingSetup, path: string | undefined): Promise<MeasuredWeights> {
  if (path === undefined) return { step: 0, tensors: startingTensors(setup) };
  const checkpoint = await loadCheckpointOf(setup, path);
  const stored = scoringTensors(checkpoint.tensors);
  const { specs } = buildMeasuringGraph(setup.model, setup.options.crop).parameters;
  for (const { name, shape } of specs.values()) {
    const tensor = stored[name];
    if (!tensor) throw new UserError(`${path} does not fit this model: the tensor ${name} is missing.`);
    if (String(tensor.shape) !== String(shape)) {
      throw new UserError(`${path} does not fit this model: ${name} has the shape [${tensor.shape}], expected [${shape}].`);
    }
  }
  return { step: checkpoint.step, tensors: stored };
}
