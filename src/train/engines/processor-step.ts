/** A training step on the processor: the state lies in the memory of its thread, where AdamW changes it in place. */
import { separateTensors } from '../graphs/tensor-groups.js';
import { buildCpuGradientsGraph } from './cpu-gradients-graph.js';
import { buildMixedGradientsGraph } from './mixed-gradients-graph.js';
import { loadGraph, type StepParts, type StepStrategy } from './step-strategy.js';

const roundedOnProcessor =
  'The processor has no kernels of half precision: it computes in float32 and rounds results as a GPU would. That is slower than --precision fp32';

export function processorStep({ thread, losses, options, trained, update }: StepParts): StepStrategy {
  const isMixed = options.precision === 'mixed';
  const gradients = separateTensors(trained).map(({ gradient }) => gradient);
  return {
    gradients,

    async load() {
      const graph = isMixed ? buildMixedGradientsGraph(losses, 'cpu') : await buildCpuGradientsGraph(losses, thread, options.recompute);
      await loadGraph(thread, 'gradients', graph);
    },

    async prepare() {
      await thread.prepareUpdate(update, options.accumulate ?? 1);
      return isMixed ? roundedOnProcessor : undefined;
    },

    /** In place. */
    sum: async (peers) => peers.sum(await thread.places(gradients)),

    update: (step) => thread.update(step),
  };
}
