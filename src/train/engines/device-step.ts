/** A training step on a device: state and gradients stay in its memory, AdamW is a graph, and a first step shows what the device can compute. */
import { nextPrefix } from '../../graph/state-names.js';
import type { Device } from '../../runtime/devices/device-names.js';
import { describePlacement } from '../../runtime/sessions/session-messages.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import { placeOf } from '../../tensors/place.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import { buildDeviceGradientsGraph, deviceGroups } from './device-gradients-graph.js';
import { loadDeviceUpdate } from './device-update.js';
import { loadGraph, type StepParts, type StepStrategy } from './step-strategy.js';

export function deviceStep(
  { thread, losses, options, trained, averaged, update }: StepParts,
  device: Exclude<Device, 'cpu'>,
): StepStrategy {
  const { precision, recompute, graphCapture = false, optimizer, accumulate = 1 } = options;
  const groups = deviceGroups(trained);
  const gradients = groups.map(({ gradient }) => gradient);
  let updateOnDevice: (step: AdamWUpdate) => Promise<number>;
  return {
    gradients,

    async load() {
      await loadGraph(thread, 'gradients', buildDeviceGradientsGraph(losses, { device, precision, recompute }), graphCapture);
      updateOnDevice = await loadDeviceUpdate(thread, trained, optimizer, averaged);
    },

    /** Compiles shaders and takes memory. The state does not change if its moments are zeros: the update is one of zero gradients. */
    async prepare(feeds) {
      const outputs = ['loss', ...gradients.map((name) => `${nextPrefix}${name}`)];
      await thread.run('gradients', feeds, { outputs });
      // sums of several batches: then there are two sets of gradients at a time
      if (accumulate > 1) await thread.run('gradients', feeds, { outputs, added: gradients });
      for (const { gradient, shape } of groups)
        await thread.writeState({ [gradient]: floatTensor(shape, new Float32Array(elementCount(shape))) });
      await updateOnDevice({ ...update, step: 1, learningRate: 0, gradientScale: 1, averageShare: 0 });
      return describePlacement(await thread.placement('gradients'));
    },

    /** By NCCL where a person asks for it, else through the processor's memory. */
    async sum(peers) {
      if (device === 'cuda' && peers.sumsOnCards) {
        await peers.sum(await thread.places(gradients), Number(options.providerOptions?.device_id ?? 0));
        return;
      }
      const sums = await thread.readState(gradients);
      await peers.sum(gradients.map((name) => placeOf(sums[name]!.data as Float32Array)));
      await thread.writeState(sums);
    },

    update: (step) => updateOnDevice(step),
  };
}
