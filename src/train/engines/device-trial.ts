/** A first step on a device, before a training starts: shaders are compiled, memory is taken, and it shows what the device cannot compute. */

import { nextPrefix } from '../../graph/state-names.js';
import { describePlacement } from '../../runtime/models/node-placement.js';
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import type { TensorGroup } from '../graphs/tensor-groups.js';
import type { OptimizerOptions } from '../graphs/update-graph.js';

export interface DeviceTrial {
  /** What the model `gradients` is fed besides the state. */
  readonly feeds: NamedTensors;
  readonly groups: readonly TensorGroup[];
  /** Whether a step sums up gradients of several batches: then there are two sets of them at a time. */
  readonly accumulates: boolean;
  readonly update: (update: AdamWUpdate) => Promise<number>;
  readonly optimizer: OptimizerOptions & Pick<AdamWUpdate, 'parameters' | 'averages'>;
}

/**
 * Takes all the memory that a step takes. The state stays as it is, if its moments are zeros: the update is one of zero gradients.
 * @returns what is worth knowing: the nodes that the device leaves to the processor
 * @throws Error that `isOutOfMemory` knows, where the memory does not suffice.
 */
export async function tryStep(thread: SessionThread, trial: DeviceTrial): Promise<string | undefined> {
  const { feeds, groups, accumulates, update, optimizer } = trial;
  const gradients = groups.map(({ gradient }) => gradient);
  const outputs = ['loss', ...gradients.map((name) => `${nextPrefix}${name}`)];
  await thread.run('gradients', feeds, { outputs });
  if (accumulates) await thread.run('gradients', feeds, { outputs, added: gradients });
  for (const { gradient, shape } of groups)
    await thread.writeState({ [gradient]: floatTensor(shape, new Float32Array(elementCount(shape))) });
  await update({ ...optimizer, step: 1, learningRate: 0, gradientScale: 1, averageShare: 0 });
  return describePlacement(await thread.placement('gradients'));
}
