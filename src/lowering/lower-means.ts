/** Replaces the means of products that gradients of normalizations take by products of matrices. */
import type { Graph } from '../graph/graph.js';
import { rewriteNodes } from './rewrite-nodes.js';

/** An equal graph, up to rounding: mean(x w) = x . (w / n), a product with one column, which reads x once and needs no x w. */
export function lowerMeans(source: Graph): Graph {
  return rewriteNodes(source, (target, { operator, inputs }, copyOf) => {
    if (operator !== 'MeanProduct') return undefined;
    const [x, w] = [copyOf(inputs[0]!), copyOf(inputs[1]!)];
    const size = w.shape[0] as number;
    const column = target.add('Reshape', [target.add('Mul', [w, 1 / size]), target.integers(size, 1)]);
    return [target.add('MatMul', [x, column])];
  });
}
