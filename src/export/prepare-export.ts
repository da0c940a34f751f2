/** What exporting needs of a plan, and nothing that only training does: weights, and what they measure on held-out pairs. */

import type { DeviceSetup } from '../runtime/devices/device.js';
import { UserError } from '../support/errors.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import type { HeldOutPair, HeldOutWatch } from '../train/data/held-out.js';
import { openMeasuredModel } from '../train/engines/measured-model.js';
import { measureHeldOut } from '../train/evaluation.js';
import { buildSimilarityGraph } from '../train/graphs/similarity-graph.js';
import { initialTensors, scoringTensors } from '../train/graphs/state.js';
import type { Plan } from '../train/plan.js';
import { loadCheckpointOf } from '../train/prepare.js';

export interface MeasuredPlan {
  readonly plan: Plan;
  /** How many steps the weights were trained; 0: not here. */
  readonly step: number;
  /** Parameters and buffers by name. */
  readonly tensors: NamedTensors;
  readonly heldOut: readonly HeldOutPair[];
  /** Similarities of their crops: see `measureHeldOut`. */
  readonly similarities: readonly Float32Array[];
  /** Whether the kernels that measured them are those that `checkParity` runs the file with. */
  readonly kernels: 'same' | 'other';
  /** Where the file is run to be compared with them; default: on the processor. */
  readonly setup?: DeviceSetup;
  /** How the weights came about where they were neither trained in steps nor published: fitted to so many crops. */
  readonly fitted?: { readonly method: string; readonly samples: number };
}

export interface ExportWatch extends HeldOutWatch {
  /** The held-out pairs are there, and are measured. */
  onMeasure(): void;
}

/**
 * Measures the weights of a plan as they are.
 * @param checkpoint of a run; without it, the weights that the plan starts from
 * @throws UserError when the checkpoint does not fit or no held-out image can be used.
 */
export async function prepareExport(plan: Plan, checkpoint: string | undefined, watch: ExportWatch): Promise<MeasuredPlan> {
  const weights = await weightsOf(plan, checkpoint);
  const heldOut = await heldOutOf(plan, watch);
  watch.onMeasure();
  return measureWeights(plan, weights, heldOut);
}

/** Weights to export. */
export type MeasuredWeights = Pick<MeasuredPlan, 'step' | 'tensors'>;

/** Measures weights on held-out pairs with the kernels that run exported files on the processor. */
export async function measureWeights(
  plan: Plan,
  { step, tensors }: MeasuredWeights,
  heldOut: readonly HeldOutPair[],
): Promise<MeasuredPlan> {
  const model = await openMeasuredModel(plan.model, plan.options.crop, tensors);
  try {
    const similarities = await measureHeldOut(model, heldOut, plan.options.crop);
    return { plan, step, tensors, heldOut, similarities, kernels: 'same' };
  } finally {
    await model.close();
  }
}

async function heldOutOf({ data }: Plan, watch: HeldOutWatch): Promise<HeldOutPair[]> {
  const feed = data.open();
  try {
    return await feed.heldOut(watch);
  } finally {
    await feed.close();
  }
}

/** Those that the plan has read, and the others as training would draw them. */
function startingTensors({ model, start, options }: Plan): NamedTensors {
  const { specs } = buildSimilarityGraph(model, options.crop).parameters;
  const others = [...specs.values()].filter(({ name }) => !start.parameters[name]);
  return { ...start.parameters, ...initialTensors(others, options.seed) };
}

/**
 * @param path of a checkpoint; without it, the weights that the plan starts from
 * @throws UserError when the checkpoint is damaged or of another model or other images.
 */
export async function weightsOf(plan: Plan, path: string | undefined): Promise<MeasuredWeights> {
  if (path === undefined) return { step: 0, tensors: startingTensors(plan) };
  const checkpoint = await loadCheckpointOf(plan, path);
  const stored = scoringTensors(checkpoint.tensors);
  const { specs } = buildSimilarityGraph(plan.model, plan.options.crop).parameters;
  for (const { name, shape } of specs.values()) {
    const tensor = stored[name];
    if (!tensor) throw new UserError(`${path} does not fit this model: the tensor ${name} is missing`);
    if (String(tensor.shape) !== String(shape)) {
      throw new UserError(`${path} does not fit this model: ${name} has the shape [${tensor.shape}], expected [${shape}]`);
    }
  }
  return { step: checkpoint.step, tensors: stored };
}
