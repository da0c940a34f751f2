/** Transpose: axis i of the output is axis perm[i] of the input. */
import type { Operator } from '../operator.js';
import type { Dimension } from '../value.js';

export const transpose: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  inputs: [
    // dx = dy, permuted by the inverse permutation
    {
      name: 'data',
      gradient: (node) => {
        const permutation = node.integers('perm', []);
        return node.graph.add('Transpose', [node.gradient], { perm: permutation.map((_, axis) => permutation.indexOf(axis)) });
      },
    },
  ],
  attributes: { perm: 'ints' },
  infer: (node) => {
    const { dataType, shape, elements } = node.input(0);
    const permutation = node.integers('perm', []);
    if (
      permutation.length !== shape.length ||
      new Set(permutation).size !== shape.length ||
      permutation.some((axis) => shape[axis] === undefined)
    ) {
      throw new Error(`perm [${permutation}] is not a permutation of ${shape.length} axes`);
    }
    const turned = elements && shape.length === 2 && permutation[0] === 1 ? columnByColumn(elements, Number(shape[1])) : elements;
    return { dataType, shape: permutation.map((axis) => shape[axis]!), elements: turned };
  },
};

/** The elements of a matrix that is given row by row. */
function columnByColumn(elements: readonly Dimension[], width: number): Dimension[] {
  return Array.from({ length: width }, (_, column) => elements.filter((_, index) => index % width === column)).flat();
}
