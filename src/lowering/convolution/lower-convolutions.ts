/** Replaces the named gradients of convolutions by nodes that a machine has kernels for. */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import { type Replace, rewriteNodes } from '../rewrite-nodes.js';
import { type Formulations, formulations, type Machine } from './formulations.js';
import { PlainImage, plainOfPixelsFirst } from './image.js';
import { inputGradient } from './input-gradient.js';
import { inputGradientOf, weightGradientOf } from './named-gradients.js';
import { weightGradient } from './weight-gradient.js';
import { winogradInputGradient, winogradInputPays } from './winograd-input-gradient.js';

/**
 * An equal graph, up to rounding, of plain images.
 * @param copied is told of every other node, and of its copy
 */
export function lowerConvolutions(source: Graph, machine: Machine | Formulations, copied?: (node: Node, copy: Node) => void): Graph {
  const chosen = typeof machine === 'string' ? formulations[machine] : machine;
  const replace: Replace = (target, node, copyOf) => {
    const ofWeights = weightGradientOf(node);
    if (ofWeights) {
      const [x, gradient] = [ofWeights.x, ofWeights.gradient].map((value) => new PlainImage(target, copyOf(value))) as [
        PlainImage,
        PlainImage,
      ];
      return [weightGradient({ graph: target, x, gradient, geometry: ofWeights.geometry }, chosen)];
    }
    const ofInput = inputGradientOf(node);
    if (!ofInput) return undefined;
    const [gradient, weights] = [copyOf(ofInput.gradient), copyOf(ofInput.weights)];
    if (!winogradInputPays(ofInput, chosen.winogradInputs)) return [inputGradient(target, gradient, weights, ofInput, chosen)];
    return [plainOfPixelsFirst(target, winogradInputGradient(target, new PlainImage(target, gradient), weights, ofInput))];
  };
  return rewriteNodes(source, replace, copied);
}
