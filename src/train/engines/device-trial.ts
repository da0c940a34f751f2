/** A first call on a device, before a training starts: shaders are compiled, memory is taken, and it shows what the device cannot compute. */
import type { BatchLayout } from '../../losses/levels.js';
import { isOutOfMemory } from '../../runtime/device.js';
import { describePlacement } from '../../runtime/node-placement.js';
import type { NamedTensors } from '../../runtime/session-messages.js';
import type { SessionThread } from '../../runtime/session-thread.js';
import { UserError } from '../../support/errors.js';

/**
 * Runs a model for one of its outputs; the state stays as it is.
 * @returns what is worth knowing: the nodes that the device leaves to the processor
 */
export async function tryOnDevice(thread: SessionThread, model: string, feeds: NamedTensors, output: string): Promise<string | undefined> {
  await thread.run(model, feeds, { outputs: [output] });
  return describePlacement(await thread.placement(model));
}

/** A failure of a step, with what to do where the device has too little memory. */
export function explainStepError(error: unknown, { photographs }: BatchLayout): unknown {
  if (!(error instanceof Error && isOutOfMemory(error))) return error;
  const parts = photographs % 2 === 0 ? 2 : photographs;
  const advice =
    photographs > 1
      ? `use --batch-size ${photographs / parts} and ${parts} times the --accumulate: as many photographs an update`
      : 'use a smaller --crop, or --freeze the first parts';
  return new UserError(`the memory of the device does not suffice for a batch of ${photographs}: ${advice}. Checkpoints are intact`);
}
