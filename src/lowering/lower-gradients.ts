/** A graph of gradients without the operators of the private domain. */
import type { Graph } from '../graph/graph.js';
import type { Machine } from './convolution/formulations.js';
import { lowerConvolutions } from './convolution/lower-convolutions.js';
import { lowerMeans } from './lower-means.js';

/** An equal graph, up to rounding, of operators that have kernels. */
export function lowerGradients(source: Graph, machine: Machine): Graph {
  return lowerMeans(lowerConvolutions(source, machine));
}
