/** A first step on a device, before a training starts: shaders are compiled, memory is taken, and it shows what the device cannot compute. */
import { describePlacement } from '../../runtime/node-placement.js';
import { type NamedTensors, nextPrefix } from '../../runtime/session-messages.js';
import type { SessionThread } from '../../runtime/session-thread.js';

export interface DeviceTrial {
  /** What the model `gradients` is fed besides the state. */
  readonly feeds: NamedTensors;
  /** State tensors of the sums of gradients. */
  readonly gradients: readonly string[];
  /** Whether a step sums up gradients of several batches: then there are two sets of them at a time. */
  readonly accumulates: boolean;
  /** What the model `update` is fed; undefined where the processor updates. */
  readonly update: NamedTensors | undefined;
}

/**
 * Takes all the memory that a step takes; the state stays as it is.
 * @returns what is worth knowing: the nodes that the device leaves to the processor
 * @throws Error that `isOutOfMemory` knows, where the memory does not suffice.
 */
export async function tryStep(thread: SessionThread, { feeds, gradients, accumulates, update }: DeviceTrial): Promise<string | undefined> {
  const outputs = ['loss', ...gradients.map((name) => `${nextPrefix}${name}`)];
  await thread.run('gradients', feeds, { outputs });
  if (accumulates) await thread.run('gradients', feeds, { outputs, added: gradients });
  if (update) await thread.run('update', update, { outputs: ['gradient_norm'] });
  await thread.deleteState(gradients);
  return describePlacement(await thread.placement('gradients'));
}
