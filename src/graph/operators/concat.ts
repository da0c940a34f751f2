/** Concat: inputs joined along one axis. */
import type { Operator } from '../operator.js';
import { requireSameType } from '../shape-rules.js';
import { type Dimension, fixedShape, formatShape, mostElements, normalizeAxis, sum, type Value } from '../value.js';

export const concat: Operator = {
  half: 'keep',
  inFiles: 'same',
  inputs: [
    // dx_i = the part of dy that came from x_i
    {
      name: 'inputs',
      variadic: true,
      gradient: (node) => {
        const { graph, gradient, index } = node;
        const axis = normalizeAxis(node.integer('axis', 0), gradient.shape.length);
        const sizes = fixedShape(
          node.inputs.map((value) => value!.shape[axis]!),
          'the gradient of Concat',
        );
        const start = sizes.slice(0, index).reduce((total, size) => total + size, 0);
        return graph.add('Slice', [gradient, graph.integers(start), graph.integers(start + sizes[index]!), graph.integers(axis)]);
      },
    },
  ],
  attributes: { axis: 'int' },
  infer: (node) => {
    const values = node.inputs as readonly Value[];
    if (node.attributes.axis === undefined) throw new Error('attribute axis is missing');
    requireSameType(values);
    const first = values[0]!.shape;
    const axis = normalizeAxis(node.integer('axis', 0), first.length);
    const sizes: Dimension[] = [];
    for (const { shape, name } of values) {
      if (shape.length !== first.length || shape.some((size, other) => other !== axis && size !== first[other])) {
        throw new Error(`${name} ${formatShape(shape)} does not fit ${formatShape(first)} beside axis ${axis}`);
      }
      sizes.push(shape[axis]!);
    }
    const count = values.reduce((total, { elements }) => total + (elements?.length ?? 0), 0);
    const known = count <= mostElements && values.every((value) => value.elements && value.shape.length === 1);
    const elements: Dimension[] | undefined = known ? values.flatMap((value) => value.elements!) : undefined;
    return { dataType: values[0]!.dataType, shape: first.map((size, other) => (other === axis ? sum(sizes) : size)), elements };
  },
};
