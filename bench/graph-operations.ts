/** Amount of arithmetic in a graph: multiplications and additions of its matrix products and convolutions, which are nearly all of it. */
import type { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import type { Node } from '#antonym/graph/operator.js';
import { elementCount } from '#antonym/tensors/tensor-data.js';

/** Floating-point operations of one run; all shapes must be known. */
export function graphOperations(graph: Graph): number {
  return neededParts(graph).nodes.reduce((sum, node) => sum + 2 * multiplications(node), 0);
}

function multiplications({ operator, inputs, outputs, attributes }: Node): number {
  const sizes = (index: number): number[] => inputs[index]!.shape as number[];
  const results = elementCount(outputs[0]!.shape as number[]);
  switch (operator) {
    // filters are [outputs, inputs / group, height, width]
    case 'Conv':
      return results * elementCount(sizes(1).slice(1));
    case 'MatMul':
      return results * sizes(0).at(-1)!;
    case 'Gemm':
      return results * sizes(0)[attributes.transA === 1 ? 0 : 1]!;
    default:
      return 0;
  }
}
